/* Times of exports by a pattern from the configuration: "%d/%m/%Y %H:%M". */
#ifndef WISMO_CONNECTORS_LIB_TIME_PATTERN_H
#define WISMO_CONNECTORS_LIB_TIME_PATTERN_H

#include "base/timefmt.h"

/*
 * time_by_pattern: the whole text by a pattern of %Y %y (20yy) %m %d %b (Jan or January) %H %I %M %S %f (fraction) %p (AM, PM)
 * %z (+0100, +01:00, Z) %%; a blank stands for blanks, all else for itself. One or two digits for day, month and hour.
 * Out: WHEN_UTC with %z, WHEN_LOCAL with an hour, else WHEN_DATE. Errs: ERR_PARSE.
 */
MUST_CHECK enum err time_by_pattern(struct str text, struct str pattern, struct when *out);

#endif
