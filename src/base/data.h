/* Files of data/ that are compiled into the program (see CMakeLists.txt): found by their path below data/. */
#ifndef WISMO_BASE_DATA_H
#define WISMO_BASE_DATA_H

#include "base/str.h"

/* data_file: whole content, e.g. data_file("holidays.tsv"); empty when there is no such file. */
struct str data_file(const char *path);
/* data_line: takes the next line off *rest, skipping empty ones and those that begin with '#'; false at the end. */
bool data_line(struct str *rest, struct str *line);

#endif
