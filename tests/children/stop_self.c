/* Stops itself, as for a debugger; exits with 0 if it is continued. */
#include "child.h"

int main(void) {
    raise(SIGSTOP);
    return 0;
}
