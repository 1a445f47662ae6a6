/* html.c - see html.h */

#include "html.h"

#include <string.h>

#include "gem5art.h"

#include "terminal.h"

void html_clean(text *out, const char *string, bool lines) {
    size_t bytes, columns;
    for (; *string; string += bytes)
        if (terminal_character(string, &bytes, &columns) || (lines && *string == '\n')) text_put(out, string, bytes);
        else terminal_put_byte(out, *string);
}

static void html_put_n(text *out, const char *clean, size_t length) {
    size_t i;
    for (i = 0; i < length; i++) switch (clean[i]) {
        case '&': text_puts(out, "&amp;"); break;
        case '<': text_puts(out, "&lt;"); break;
        case '>': text_puts(out, "&gt;"); break;
        case '"': text_puts(out, "&quot;"); break;
        case '\'': text_puts(out, "&#39;"); break;
        default: text_put(out, &clean[i], 1);
        }
}

void html_put(text *out, const char *clean) { html_put_n(out, clean, strlen(clean)); }

void html_put_cut(text *out, const char *clean, size_t most) {
    size_t length = strlen(clean), cut = most;
    if (length <= most) {
        html_put_n(out, clean, length);
        return;
    }
    while (cut > 0 && ((unsigned char)clean[cut] & 0xc0) == 0x80) cut--;
    html_put_n(out, clean, cut);
    text_puts(out, "\xe2\x80\xa6");
}

void html_put_json(text *out, const char *clean) {
    text_puts(out, "\"");
    for (; *clean; clean++) {
        if (*clean == '"' || *clean == '\\') text_putf(out, "\\%c", *clean);
        else if (*clean == '<') text_puts(out, "\\u003c"); /* else "</script>" would end the element */
        else if (*clean == '\n') text_puts(out, "\\n");
        else text_put(out, clean, 1);
    }
    text_puts(out, "\"");
}

void html_putf(text *out, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    for (; *format; format++) {
        if (*format != '%') text_put(out, format, 1);
        else if (*++format == 's') html_put(out, va_arg(arguments, const char *));
        else if (*format == 'h') text_puts(out, va_arg(arguments, const char *));
        else if (*format == 'z') text_putf(out, "%zu", va_arg(arguments, size_t));
        else text_puts(out, "%");
    }
    va_end(arguments);
}

void html_put_hash(text *out, const char *bytes, size_t length) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const char hexadecimal[] = "0123456789abcdef";
    gem5art_sha256 sha;
    char hex[65];
    unsigned bits[36] = {0}; /* 32 bytes, and what makes them a multiple of 3 */
    size_t i;
    gem5art_sha256_init(&sha);
    gem5art_sha256_update(&sha, bytes, length);
    gem5art_sha256_final(&sha, hex);
    for (i = 0; i < 64; i++) bits[i / 2] = bits[i / 2] << 4 | (unsigned)(strchr(hexadecimal, hex[i]) - hexadecimal);
    text_puts(out, "'sha256-");
    for (i = 0; i < 43; i++) { /* the digits of 256 bits */
        size_t at = i * 6 / 8, shift = i * 6 % 8;
        text_put(out, &digits[(bits[at] << 8 | bits[at + 1]) >> (10 - shift) & 63], 1);
    }
    text_puts(out, "='");
}
