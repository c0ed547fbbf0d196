/* GET /metrics: everything that can be counted, for Prometheus. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "handle.h"
#include "log.h"
#include "metrics.h"
#include "problem.h"
#include "prom.h"

static void write_build(const tasks_statistics *figures, buf *to)
{
    char labels[128];
    snprintf(labels, sizeof labels, "version=\"%s\",backend=\"%s\",schema=\"%d\"", tasks_version(),
             figures->backend, figures->schema_version);
    prom_family(to, "tasksd_build_info", "gauge", "What is running; always 1.");
    prom_sample(to, "tasksd_build_info", labels, 1);
}

static void write_connections(const struct app *app, buf *to)
{
    prom_single(to, "tasksd_http_requests_in_flight", "gauge", "Requests that are being answered.",
                (double)conns_in_flight(app->conns));
    prom_single(to, "tasksd_http_quick_requests_total", "counter",
                "Requests that were answered without a worker.", (double)atomic_load(&app->quick));
    prom_single(to, "tasksd_http_connections", "gauge", "Connections that hold a worker.",
                (double)conns_held(app->conns));
    prom_single(to, "tasksd_event_streams", "gauge", "Live streams of events.",
                (double)events_count(app->events));
    prom_family(to, "tasksd_http_connections_ended_total", "counter",
                "Connections ended to make room: too many of one address, or idle while workers ran out.");
    prom_sample(to, "tasksd_http_connections_ended_total", "why=\"address\"",
                (double)conns_put_out(app->conns, CROWD_OF_ADDRESS));
    prom_sample(to, "tasksd_http_connections_ended_total", "why=\"crowd\"",
                (double)conns_put_out(app->conns, CROWD_OF_ALL));
    prom_single(to, "tasksd_http_workers", "gauge", "Workers, each for one connection.",
                (double)app->config->workers);
}

static void write_log(buf *to)
{
    prom_single(to, "tasksd_log_lines_dropped_total", "counter",
                "Lines of the log that found no room, or could not be written.", (double)log_dropped());
}

static void write_store(const tasks_statistics *figures, buf *to)
{
    prom_family(to, "tasksd_store_connections", "gauge", "Connections to the store that are open.");
    prom_sample(to, "tasksd_store_connections", "state=\"in_use\"", figures->in_use);
    prom_sample(to, "tasksd_store_connections", "state=\"idle\"", figures->idle);
    prom_single(to, "tasksd_store_connections_max", "gauge", "Connections to the store that may be open.",
                figures->pool_size);
    prom_single(to, "tasksd_store_waiting", "gauge", "Calls that wait for a connection to the store.",
                figures->waiting);
    prom_single(to, "tasksd_store_waits_total", "counter", "Calls that had to wait for a connection.",
                (double)figures->waits);
    prom_single(to, "tasksd_store_wait_seconds_total", "counter", "Time that calls waited for a connection.",
                (double)figures->wait_ns / 1e9);
    prom_single(to, "tasksd_store_opened_total", "counter", "Connections to the store that were opened.",
                (double)figures->opened);
    prom_single(to, "tasksd_store_closed_total", "counter", "Connections to the store that were closed.",
                (double)figures->closed);
    prom_single(to, "tasksd_store_errors_total", "counter", "Connections closed after an error.",
                (double)figures->errors);
    prom_single(to, "tasksd_store_batches_total", "counter", "Batches of changes that were written.",
                (double)figures->batches);
    prom_single(to, "tasksd_store_commits_total", "counter",
                "Transactions that carried them; batches per commit is the size of a group.",
                (double)figures->groups);
}

/* The first two members of statm are pages: all that have an address, and those in memory. */
static void write_memory(buf *to)
{
    char line[128] = "", *rest = line;
    double page = (double)sysconf(_SC_PAGESIZE);
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return;
    double all = fgets(line, sizeof line, file) ? (double)strtoull(line, &rest, 10) : 0;
    fclose(file);
    prom_single(to, "process_virtual_memory_bytes", "gauge", "Memory that has an address.", all * page);
    prom_single(to, "process_resident_memory_bytes", "gauge", "Memory in use.",
                (double)strtoull(rest, NULL, 10) * page);
}

/* The entries of a folder, without "." and "..". */
static double count_entries(const char *path)
{
    double count = 0;
    DIR *folder = opendir(path);
    if (!folder)
        return 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static double seconds(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

static void write_process(const struct app *app, buf *to)
{
    struct rusage usage;
    struct rlimit descriptors;
    if (getrusage(RUSAGE_SELF, &usage) || getrlimit(RLIMIT_NOFILE, &descriptors))
        return;
    prom_single(to, "process_cpu_seconds_total", "counter", "Processor time used.",
                seconds(&usage.ru_utime) + seconds(&usage.ru_stime));
    write_memory(to);
    prom_single(to, "process_open_fds", "gauge", "Descriptors that are open.",
                count_entries("/proc/self/fd") - 1); /* one is that of the folder */
    prom_single(to, "process_max_fds", "gauge", "Descriptors that may be open.",
                (double)descriptors.rlim_cur);
    prom_single(to, "process_threads", "gauge", "Threads.", count_entries("/proc/self/task"));
    prom_single(to, "process_start_time_seconds", "gauge", "When the process started, since 1970.",
                (double)app->started_ms / 1e3);
}

int handle_metrics_get(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    tasks_error error;
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    if (tasks_stats(app->db, 0, &figures, &error))
        return problem_error(rq, rs, &error);
    rs->type = PROM_TYPE;
    write_build(&figures, &rs->body);
    metrics_write(app->metrics, APP_LISTENERS, &rs->body);
    write_connections(app, &rs->body);
    write_log(&rs->body);
    write_store(&figures, &rs->body);
    timing_write(app->timing, &rs->body);
    telemetry_write(app->telemetry, &rs->body);
    write_process(app, &rs->body);
    return 200;
}
