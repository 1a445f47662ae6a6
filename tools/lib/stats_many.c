/* stats_many.c - reads several files of statistics at the same time. */

#include "stats.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS_MOST = 64 };

typedef struct stats_crew {
    stats_job *jobs;
    size_t count, next;
    pthread_mutex_t mutex; /* of `next` */
} stats_crew;

/* Does one job after the other until all are taken. */
static void *work(void *argument) {
    stats_crew *crew = (stats_crew *)argument;
    for (;;) {
        stats_job *job = NULL;
        pthread_mutex_lock(&crew->mutex);
        if (crew->next < crew->count) job = &crew->jobs[crew->next++];
        pthread_mutex_unlock(&crew->mutex);
        if (!job) return NULL;
        if (job->place.path) job->ok = stats_read(&job->place, job->filter, job->visit, job->user, &job->why);
    }
}

void stats_read_many(stats_job *jobs, size_t count, size_t threads) {
    stats_crew crew = {jobs, count, 0, PTHREAD_MUTEX_INITIALIZER};
    pthread_t others[THREADS_MOST];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t started = 0;
    if (!threads) threads = processors > 0 ? (size_t)processors : 1;
    if (threads > THREADS_MOST) threads = THREADS_MOST;
    if (threads > count) threads = count;
    while (started + 1 < threads && pthread_create(&others[started], NULL, work, &crew) == 0) started++;
    work(&crew); /* this thread works too, so that all is read even if no other can be started */
    while (started) pthread_join(others[--started], NULL);
}
