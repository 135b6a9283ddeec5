/*
 * Gives a harness every file of the folders named on the command line, without libFuzzer. Each file
 * is read into a block of exactly its size, so that the address sanitizer sees a read behind its
 * end. No file at all is a failure.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_MAX ((size_t)16 << 20)

static bool replay_file(const char *path)
{
    struct stat st;
    FILE *f = fopen(path, "rb");
    bool ok = f != NULL && fstat(fileno(f), &st) == 0 && st.st_size >= 0 &&
              (size_t)st.st_size <= INPUT_MAX;
    size_t n = ok ? (size_t)st.st_size : 0;
    uint8_t *data = ok ? malloc(n) : NULL;
    ok = ok && (n == 0 || (data != NULL && fread(data, 1, n, f) == n));
    if (ok)
        (void)LLVMFuzzerTestOneInput(data, n);
    else
        fprintf(stderr, "%s: cannot be read\n", path);
    free(data);
    if (f != NULL)
        fclose(f);
    return ok;
}

static bool replay_folder(const char *folder, int *files)
{
    DIR *dir = opendir(folder);
    bool ok = dir != NULL;
    if (!ok)
        fprintf(stderr, "%s: cannot be opened\n", folder);
    for (struct dirent *e = ok ? readdir(dir) : NULL; e != NULL; e = readdir(dir)) {
        char path[4096];
        int n = snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        if (e->d_name[0] == '.')
            continue;
        fprintf(stderr, "%s\n", e->d_name); /* the last line names the file that broke it */
        ok = n > 0 && (size_t)n < sizeof(path) && replay_file(path) && ok;
        ++*files;
    }
    if (dir != NULL)
        closedir(dir);
    return ok;
}

int main(int argc, char **argv)
{
    int files = 0;
    bool ok = true;
    for (int i = 1; i < argc; i++)
        ok = replay_folder(argv[i], &files) && ok;
    fprintf(stderr, "%d files replayed\n", files);
    return ok && files > 0 ? 0 : 1;
}
