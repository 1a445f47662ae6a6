/* html.h - texts in HTML pages: readable whatever bytes they have, and escaped for their place. */
#ifndef HTML_H
#define HTML_H

#include "text.h"

/* Appends a text as UTF-8 in which every character can be shown: control characters, those that change the direction of
   a text, and bytes that are not UTF-8 become \n, \t and \xHH. With `lines`, line ends stay as they are. */
void html_clean(text *out, const char *string, bool lines);

/* Append a clean text, escaped: in HTML, SVG and quoted attributes; at most `most` bytes of it in an attribute or a
   cell, with an ellipsis if it is cut; as a JSON string in a script element. */
void html_put(text *out, const char *clean);
void html_put_cut(text *out, const char *clean, size_t most);
void html_put_json(text *out, const char *clean);

/* Appends HTML by a format in which %s is a clean text, to be escaped, %z a size_t, and %h a text that is HTML. */
void html_putf(text *out, const char *format, ...);

/* Appends the SHA-256 of a script or style as a content security policy names it: 'sha256-BASE64'. */
void html_put_hash(text *out, const char *bytes, size_t length);

#endif
