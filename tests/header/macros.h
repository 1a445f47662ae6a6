/* Macros that programs have: none may change what the header means. */
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define MIN(a, b) min(a, b)
#define MAX(a, b) max(a, b)
#define ABS(a) ((a) < 0 ? -(a) : (a))
#define TRUE 1
#define FALSE 0
#define OK 0
#define ERROR (-1)
#define BUSY 1
#define FAILED 2
#define RUNNING 3
#define STRING "text"
#define NUMBER 4
#define ARRAY 5
#define OBJECT 6
#define SIZE(array) (sizeof(array) / sizeof *(array))
#define LENGTH(array) SIZE(array)
#define UNUSED(value) ((void)(value))
#define FIELD(name) #name
#define VERSION "1.0"
#define PATH "/tmp"
#define DEBUG 1
#define LOG(text) UNUSED(text)
#define X(name) name
#define N 7
