/* screen.h - a terminal's other screen, which a tool redraws until someone presses q. */
#ifndef SCREEN_H
#define SCREEN_H

#include "text.h"

typedef enum screen_event { SCREEN_NOTHING, SCREEN_REDRAW, SCREEN_QUIT } screen_event;

void screen_begin(void); /* without a cursor, and with lines that are cut where the terminal ends */
size_t screen_rows(void);
void screen_write(const text *drawing); /* in one write */

/* Waits for a key or a signal, at most 0.1 s. Ctrl-Z stops the program; the screen is as before meanwhile. */
screen_event screen_wait(void);

/* Restores the terminal. Returns the exit status, or ends the program by the signal that ended it. */
int screen_end(void);

#endif
