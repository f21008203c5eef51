/* The least that HTTP before Postgres can cost: every request sends the same bytes to a connection
 * that has its plans, and every answer is the same. It reads nothing and knows nothing.
 *
 *   cc -O2 -o target/relay bench/relay.c
 *   CASES=key CLIENTS=8 PEER='target/relay 3080 ${DATABASE_URL#*host=} ${DATABASE_URL#*host=}/key.sql 8' \
 *     PEER_URL=http://127.0.0.1:3080 bench/data-api.sh */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MOST = 4096 };
static char kind[MOST]; /* 'h' is a client, 'p' Postgres */
static int client_of[MOST], idle[MOST], idles, queue[MOST], head, tail, ep, conns;
static char sets[8192], query[65536], out[65536];
static int out_len;
static const char *folder, *file, *answer;

static char *put32(char *p, int v) { v = htonl(v); memcpy(p, &v, 4); return p + 4; }

static int parse(char *p, const char *name, const char *sql) {
  char *s = p; *p++ = 'P'; char *len = p; p += 4;
  p = stpcpy(p, name) + 1; p = stpcpy(p, sql) + 1; *p++ = 0; *p++ = 0;
  put32(len, p - len); return p - s;
}
static int run(char *p, const char *name) {
  char *s = p; *p++ = 'B'; char *len = p; p += 4;
  *p++ = 0; p = stpcpy(p, name) + 1;
  memcpy(p, "\0\0\0\0\0\1\0\1", 8); p += 8; put32(len, p - len);
  *p++ = 'E'; p = put32(p, 9); *p++ = 0; p = put32(p, 0); return p - s;
}
static void sync_to(int fd, char *buf, int n) {
  memcpy(buf + n, "S\0\0\0\4", 5); if (write(fd, buf, n + 5) < 0) perror("write");
  char in[65536]; int got;
  do got = read(fd, in, sizeof in); while (got > 0 && memcmp(in + got - 6, "Z\0\0\0\5I", 6));
}
static void statements(void) {
  FILE *f = fopen(file, "r"); if (!f) { perror(file); exit(1); }
  if (!fgets(sets, 8192, f) || !fgets(sets, sizeof sets, f) || !fgets(query, sizeof query, f)) exit(1);
  sets[strcspn(sets, "\n") - 1] = 0; query[strcspn(query, "\n") - 1] = 0; fclose(f);
}
static void open_postgres(void) {
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  snprintf(a.sun_path, sizeof a.sun_path, "%s/.s.PGSQL.5432", folder);
  for (int i = 0; i < conns; i++) {
    static char buf[131072];
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (void *)&a, sizeof a)) { perror("connect"); exit(1); }
    char *p = put32(buf + 4, 196608);
    memcpy(p, "user\0authenticator\0database\0postgres\0", 38); p += 38;
    put32(buf, p - buf); if (write(fd, buf, p - buf) < 0) exit(1);
    char in[65536]; int got; do got = read(fd, in, sizeof in); while (got > 0 && memcmp(in + got - 6, "Z\0\0\0\5I", 6));
    int n = parse(buf, "a", sets); n += run(buf + n, "a"); n += parse(buf + n, "b", query);
    sync_to(fd, buf, n);
    kind[fd] = 'p'; idle[idles++] = fd;
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd}; epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
  }
  out_len = run(out, "a"); out_len += run(out + out_len, "b");
  memcpy(out + out_len, "S\0\0\0\4", 5); out_len += 5;
}
static void ask(int client) {
  if (!idles) { queue[tail++ % MOST] = client; return; }
  int fd = idle[--idles]; client_of[fd] = client;
  if (write(fd, out, out_len) != out_len) perror("short write");
}
int main(int argc, char **argv) {
  folder = argv[2]; file = argv[3]; conns = atoi(argv[4]);
  static char body[512]; memset(body, 'x', 150); static char full[1024];
  sprintf(full, "HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-range: 0-0/*\r\n"
    "vary: Accept, Authorization, Prefer, Range\r\ncache-control: private, no-cache\r\ncontent-length: 150\r\n"
    "date: Mon, 30 Nov 2026 21:00:00 GMT\r\n\r\n%s", body);
  answer = full; int answer_len = strlen(full);
  ep = epoll_create1(0);
  int l = socket(AF_INET, SOCK_STREAM, 0), one = 1; setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, 4);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(l, (void *)&a, sizeof a) || listen(l, 1024)) { perror("listen"); return 1; }
  struct epoll_event e = {.events = EPOLLIN, .data.fd = l}, es[256]; epoll_ctl(ep, EPOLL_CTL_ADD, l, &e);
  for (;;) {
    int n = epoll_wait(ep, es, 256, -1);
    for (int i = 0; i < n; i++) {
      int fd = es[i].data.fd; static char in[1 << 20];
      if (fd == l) {
        int c = accept(l, 0, 0); setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, 4); kind[c] = 'h';
        struct epoll_event x = {.events = EPOLLIN, .data.fd = c}; epoll_ctl(ep, EPOLL_CTL_ADD, c, &x);
      } else if (kind[fd] == 'h') {
        int got = read(fd, in, sizeof in);
        if (got <= 0) { close(fd); continue; }
        if (!memcmp(in, "GET /author", 11)) { if (write(fd, answer, answer_len) < 0) perror("w"); continue; }
        if (!out_len) { statements(); open_postgres(); }
        ask(fd);
      } else {
        int got = read(fd, in, sizeof in);
        if (got <= 0) return 1;
        if (got < 6 || memcmp(in + got - 6, "Z\0\0\0\5I", 6)) { if (memmem(in, got, "ERROR", 5)) { fwrite(in, 1, got, stderr); return 1; } continue; }
        if (in[0] == 'E') { fwrite(in, 1, got, stderr); return 1; }
        int c = client_of[fd]; idle[idles++] = fd;
        if (write(c, answer, answer_len) < 0) perror("w");
        if (head < tail) ask(queue[head++ % MOST]);
      }
    }
  }
}
