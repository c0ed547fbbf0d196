/* Starting: what it says, what it refuses, and how it ends then. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "files.h"
#include "folder.h"
#include "raw.h"
#include "run.h"

static struct server server, other;
static struct raw_reply reply;

static void finish(void)
{
    client_done();
    server_stop(&server);
}

START_TEST(says_one_line_about_where_it_serves)
{
    char line[STORE_URI_SIZE + 64];
    SERVER_START(&server);
    snprintf(line, sizeof line, "tasksd: serving http://127.0.0.1:%d from %s\n", server.port,
             store_shown(server.store));
    ck_assert_str_eq(server.said, line);
    finish();
}
END_TEST

START_TEST(without_a_word_it_serves_a_store_at_home)
{
    char home[600], path[700];
    struct stat about;
    folder_file(home, sizeof home, "home");
    mkdir(home, 0700);
    setenv("HOME", home, 1);
    unsetenv("XDG_DATA_HOME");
    SERVER_SPAWN(&server, "--listen", "127.0.0.1:0");
    ck_assert_msg(server_says(&server, "home/.local/share/tasks/tasks.db\"}\n"), "%s", server.said);
    ck_assert_int_eq(server_wait((server_signal(&server, 15), &server)), 0);
    snprintf(path, sizeof path, "%s/.local/share/tasks/tasks.db", home);
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777, 0600);
    path[strlen(path) - strlen("/tasks.db")] = '\0';
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777, 0700);
}
END_TEST

/* Runs to the end, which must come with this code and these words. */
static void check_end(int code, const char *words)
{
    int got = server_wait(&server);
    ck_assert_msg(got == code, "%d, not %d: %s", got, code, server.said);
    ck_assert_msg(strstr(server.said, words), "'%s' is not in: %s", words, server.said);
    ck_assert_msg(strchr(server.said, '\n') == server.said + strlen(server.said) - 1, "not one line: %s",
                  server.said);
}

START_TEST(refuses_bad_settings)
{
    SERVER_SPAWN(&server, "--listen", "127.0.0.1:443s");
    check_end(2, "--listen: '127.0.0.1:443s' asks for TLS");
    SERVER_SPAWN(&server, "--listen", "0.0.0.0:0");
    check_end(2, "say --auth aloud");
    SERVER_SPAWN(&server, "--listen", "0.0.0.0:0", "--auth", "nobody");
    check_end(2, "'nobody' is none of token");
    SERVER_SPAWN(&server, "--nonsense");
    check_end(2, "--nonsense: no such option");
    SERVER_SPAWN(&server, "--db", "nonsense:");
    check_end(2, "--db: ");
}
END_TEST

/* Without its secret the server does not start half. */
START_TEST(refuses_to_start_without_its_secret)
{
    char reference[700] = "file:";
    folder_file(reference + 5, sizeof reference - 5, "password");
    int file = open(reference + 5, O_WRONLY | O_CREAT, 0644);
    ck_assert(file >= 0 && write(file, "canary", 6) == 6 && close(file) == 0 &&
              chmod(reference + 5, 0644) == 0);
    SERVER_SPAWN(&server, "--db", "postgresql://127.0.0.1:1/x", "--db-secret", reference);
    check_end(5, "others may reach the file");
    ck_assert_ptr_null(strstr(server.said, "canary"));
    SERVER_SPAWN(&server, "--db", "postgresql://127.0.0.1:1/x", "--db-secret", "env:NOT_SET");
    check_end(6, "secret env:NOT_SET: the environment variable is not set");
    SERVER_SPAWN(&server, "--db-secret", "password");
    check_end(2, "--db-secret: secret password: a secret reference is env:NAME");
    setenv("TEST_PASSWORD", "canary", 1);
    SERVER_SPAWN(&server, "--db-secret", "env:TEST_PASSWORD");
    check_end(6, "it has no host");
    ck_assert_ptr_null(strstr(server.said, "canary"));
    SERVER_SPAWN(&server, "--db", "sqlite::memory:", "--db-secret", "env:TEST_PASSWORD");
    check_end(2, "--db-secret: nobody logs in");
    SERVER_SPAWN(&server, "--env", "production");
    check_end(2, "--env production");
}
END_TEST

/* What su and many containers allow. */
START_TEST(fits_itself_to_the_limit_of_open_files)
{
    const struct rlimit few = {1024, 1024};
    char uri[700] = "sqlite:";
    folder_file(uri + 7, sizeof uri - 7, "few.db");
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    SERVER_SPAWN(&server, "--listen", "127.0.0.1:0", "--migrate", "--db", uri);
    ck_assert_msg(server_says(&server, "384 workers and 384 streams"), "%s", server.said);
    ck_assert_msg(strstr(server.said, "1024 open files allow no more (ulimit -n)"), "%s", server.said);
    server_stop(&server);
    SERVER_SPAWN(&server, "--listen", "127.0.0.1:0", "--db", uri, "--workers", "800");
    check_end(1, "--workers 800");
    SERVER_SPAWN(&server, "--listen", "127.0.0.1:0", "--db", uri, "--streams", "765");
    check_end(1, "--streams 765 need");
}
END_TEST

START_TEST(serves_others_when_told_whom)
{
    SERVER_START(&server, "--listen=0.0.0.0:0", "--auth", "none");
    finish();
    SERVER_START(&server, "--listen=0.0.0.0:0", "--auth", "token");
    finish();
}
END_TEST

START_TEST(a_port_can_be_taken_once)
{
    char address[64];
    SERVER_START(&other);
    snprintf(address, sizeof address, "127.0.0.1:%d", other.port);
    SERVER_SPAWN(&server, "--listen", address, "--db", "sqlite::memory:");
    check_end(1, "Address already in use");
    ck_assert_ptr_nonnull(strstr(server.said, address));
    server_stop(&other);
}
END_TEST

static void spawn_on(const char *name, const char *text)
{
    char path[600], uri[700];
    folder_file(path, sizeof path, name);
    snprintf(uri, sizeof uri, "sqlite:%s", path);
    if (text) {
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
        close(fd);
    }
    SERVER_SPAWN(&server, "--listen", "127.0.0.1:0", "--db", uri);
}

START_TEST(refuses_stores_that_are_none)
{
    spawn_on("not-there.db", NULL);
    check_end(1, "--migrate");
    spawn_on("no/folder/not-there.db", NULL);
    check_end(1, "not-there.db");
    spawn_on("letter.txt", "Dear Sir or Madam, this is no database but it is long enough to be looked at.");
    check_end(1, "letter.txt");
}
END_TEST

/* A store whose bytes are to be changed: its path and all of it. */
static files_bytes sound_store(char path[600], char uri[700])
{
    folder_file(path, 600, "sound.db");
    snprintf(uri, 700, "sqlite:%s", path);
    SERVER_SPAWN(&server, "--listen", "127.0.0.1:0", "--migrate", "--db", uri);
    ck_assert_msg(server_says(&server, "serving"), "%s", server.said);
    server_stop(&server);
    return files_read(path);
}

static void refused_untouched(const char *path, const char *uri, const char *words)
{
    static const char *const migrate[] = {"--migrate=no", "--migrate=yes"};
    files_bytes before = files_read(path);
    int entries = folder_count();
    for (int i = 0; i < RUN_COUNT(migrate); i++) {
        SERVER_SPAWN(&server, "--listen", "127.0.0.1:0", migrate[i], "--db", uri);
        check_end(1, words);
        ck_assert_ptr_nonnull(strstr(server.said, "/sound.db"));
        ck_assert_msg(files_unchanged(path, &before), "changed: %s", server.said);
        ck_assert_int_eq(folder_count(), entries);
    }
    free(before.bytes);
}

START_TEST(refuses_foreign_newer_and_damaged_stores_and_leaves_them_alone)
{
    /* Where SQLite's format has the mark of its files, user_version, application_id and the first tree. */
    static const struct {
        size_t place;
        unsigned char byte;
        const char *words;
    } changes[] = {{0, 's', "is not a task store (no SQLite database)"},
                   {62, 4, "from a newer program"},
                   {68, 0, "is not a task store (another program's database)"},
                   {100, 0, "damaged"}};
    char path[600], uri[700];
    files_bytes sound = sound_store(path, uri);
    for (int i = 0; i < RUN_COUNT(changes); i++) {
        unsigned char *changed = &sound.bytes[changes[i].place], kept = *changed;
        ck_assert_uint_ne(kept, changes[i].byte);
        *changed = changes[i].byte;
        files_write(path, sound.bytes, sound.length);
        *changed = kept;
        refused_untouched(path, uri, changes[i].words);
    }
    files_write(path, sound.bytes, sound.length - 1);
    refused_untouched(path, uri, "is damaged: its end is missing");
    free(sound.bytes);
}
END_TEST

START_TEST(the_first_request_is_answered_by_us)
{
    char address[64], uri[700], path[600];
    struct stat about;
    int fd = -1;
    SERVER_START(&other);
    server_stop(&other);
    snprintf(address, sizeof address, "127.0.0.1:%d", other.port);
    folder_file(path, sizeof path, "first.db");
    snprintf(uri, sizeof uri, "sqlite:%s", path);
    SERVER_SPAWN(&server, "--listen", address, "--migrate", "--db", uri);
    while ((fd = raw_connect(other.port)) < 0)
        usleep(100);
    ck_assert_int_eq(raw_ask(fd, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", &reply), 200);
    ck_assert_ptr_nonnull(strstr(reply.text, "Content-Security-Policy"));
    close(fd);
    ck_assert(server_says(&server, "serving"));
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777, 0600);
    server_stop(&server);
}
END_TEST

START_TEST(leaves_nothing_for_others_to_read)
{
    char path[64];
    SERVER_START(&server);
    snprintf(path, sizeof path, "/proc/%d/limits", (int)server.pid);
    FILE *limits = fopen(path, "r");
    char line[256];
    bool no_core = false;
    ck_assert_ptr_nonnull(limits);
    while (fgets(line, sizeof line, limits))
        no_core |= strncmp(line, "Max core file size        0                    0", 48) == 0;
    ck_assert(no_core);
    fclose(limits);
    finish();
}
END_TEST

START_TEST(requests_are_logged_without_their_text)
{
    static const char *const formats[][2] = {
        {"text", " POST /tasks 201 "}, {"json", "\"method\":\"POST\",\"route\":\"/tasks\",\"status\":201"}};
    for (int i = 0; i < 2; i++) {
        SERVER_START(&server, "--log-format", formats[i][0]);
        client_json(&server, "POST", "/tasks", "{\"title\":\"my secret\"}");
        client_get(&server, "/tasks?q=my+secret");
        client_get(&server, "/tasks/12345");
        ck_assert(server_says(&server, "/tasks/{id}"));
        finish();
        ck_assert_msg(strstr(server.said, formats[i][1]), "%s", server.said);
        ck_assert_ptr_null(strstr(server.said, "secret"));
        ck_assert_ptr_null(strstr(server.said, "12345"));
        server.store[0] = '\0';
    }
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite(
        "start",
        (const TTest *[]){says_one_line_about_where_it_serves, without_a_word_it_serves_a_store_at_home,
                          refuses_bad_settings, refuses_to_start_without_its_secret,
                          fits_itself_to_the_limit_of_open_files, serves_others_when_told_whom,
                          a_port_can_be_taken_once, refuses_stores_that_are_none,
                          refuses_foreign_newer_and_damaged_stores_and_leaves_them_alone,
                          the_first_request_is_answered_by_us, leaves_nothing_for_others_to_read,
                          requests_are_logged_without_their_text, NULL});
    server_clean_up();
    return result;
}
