// Load generator: the clients' side of a reflector, for measuring any reflector. One thread, epoll, a web socket
// without the cost of one. Linux only. It talks to 127.0.0.1 alone.
//
//   gcc -O2 -o loadgen loadgen.c -lm
//   ./loadgen mode=run port=8888 path=/reflector/ pid=1234 sessions=1 clients=100 steps=r100:3,c32:3
//
// It prints ONE JSON object (typed in generator-result.ts); verbose=1 tells on standard error what it does. Exit code
// 2 and a line on standard error: it cannot run, or the server left it alone. All arguments are key=value:
//
//   always        port, path (the session id is put behind it), pid (processes of the server, comma-separated: their
//                 CPU time and memory is what is measured), tick (ms), payload (characters of a message), files (path
//                 of the server's file server: snapshots are uploaded there before they are announced)
//   mode=run      sessions, clients (of each), steps; par (joins under way at a time), timeout (s, for all joins),
//                 settle (s, after the joins), warmup (s, of each step), drain (s, that late messages have after a
//                 step), retries (of a step that was not sustained), keepgoing=1 (open steps also after one that was
//                 not sustained)
//   mode=idle     sessions, clients, par, timeout, settle, seconds: nobody sends
//   mode=join     messages (the history), joiners (of that session, all at once), bystanders (other sessions, whose
//                 ticks are watched); window (messages in flight while the history is made), settle, postfill, base
//                 (s), timeout (s, for all SYNCs)
//   mode=slow     clients, rate (messages/s), base (s, with all reading), seconds (with one that does not read), from (s
//                 of these, on which the growth of memory is taken)
//
// A step is  rN:S  open loop: N messages/s over ALL sessions for S seconds. The stamp in a message is the time at which
//                  it was due, so that a late generator counts against the figures, not for them.
//            cW:S  closed loop: at most W messages in flight per session. A message has landed when every client of its
//                  session has it.
//            0:S   nobody sends.
// A step is sustained if 97 % of what it offers is delivered, p99 is under 250 ms, and no client was too slow to send.
// "gaps" counts messages that did not follow on the one before, by their seq; it has to be 0.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

typedef uint64_t u64;
typedef uint32_t u32;
typedef uint8_t u8;
typedef int64_t i64;

static inline u64 now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (u64)t.tv_sec * 1000000000ull + t.tv_nsec;
}

// ---------------------------------------------------------------- histogram
#define HB 2048

typedef struct {
  u64 n, b[HB];
  u64 max;
  double sum;
} Hist; // log-linear, 32 sub-buckets per octave (3 % error)

static inline int hidx(u64 v) {
  if (v < 64) return (int)v;
  int m = 63 - __builtin_clzll(v);
  return (m - 5) * 32 + (int)((v >> (m - 5)) & 31) + 32;
}

static inline u64 hval(int i) {
  if (i < 64) return i;
  int m = (i - 32) / 32 + 5, s = (i - 32) % 32;
  return ((u64)(32 + s) << (m - 5)) + ((1ull << (m - 5)) >> 1);
}

static inline void hadd(Hist *h, u64 v) {
  int i = hidx(v);
  if (i >= HB) i = HB - 1;
  h->b[i]++;
  h->n++;
  h->sum += v;
  if (v > h->max) h->max = v;
}

static double hq(Hist *h, double q) {
  if (!h->n) return 0;
  u64 want = (u64)ceil(q * h->n), c = 0;
  if (want < 1) want = 1;
  for (int i = 0; i < HB; i++) {
    c += h->b[i];
    if (c >= want) {
      double v = hval(i);
      return v > h->max ? h->max : v;
    }
  }
  return h->max;
}

static void hclear(Hist *h) {
  memset(h, 0, sizeof *h);
}

static void hjson(FILE *f, const char *name, Hist *h, double div) {
  fprintf(f, "\"%s\":{\"n\":%llu,\"mean\":%.4f,\"p50\":%.4f,\"p90\":%.4f,\"p99\":%.4f,\"p999\":%.4f,\"max\":%.4f}",
          name, (unsigned long long)h->n, h->n ? h->sum / h->n / div : 0, hq(h, .5) / div, hq(h, .9) / div,
          hq(h, .99) / div, hq(h, .999) / div, h->max / div);
}

// ---------------------------------------------------------------- options
static int nargs;
static char **args_;

static const char *opt(const char *k, const char *d) {
  size_t n = strlen(k);
  for (int i = 1; i < nargs; i++)
    if (!strncmp(args_[i], k, n) && args_[i][n] == '=') return args_[i] + n + 1;
  return d;
}

static double optn(const char *k, double d) {
  const char *s = opt(k, 0);
  return s ? atof(s) : d;
}

static int verbose;

static void say(const char *f, ...) {
  if (!verbose) return;
  va_list a;
  va_start(a, f);
  vfprintf(stderr, f, a);
  va_end(a);
  fputc('\n', stderr);
}

static void die(const char *f, ...) {
  va_list a;
  va_start(a, f);
  vfprintf(stderr, f, a);
  va_end(a);
  fputc('\n', stderr);
  exit(2);
}

// ---------------------------------------------------------------- server process accounting
static int pids[64], npids;

typedef struct {
  double cpu, user, sys;
  u64 rss, hwm;
} Proc; // seconds, bytes

static Proc proc_read(void) {
  Proc r = {0};
  char p[300], buf[4096];
  long hz = sysconf(_SC_CLK_TCK);
  for (int i = 0; i < npids; i++) {
    snprintf(p, sizeof p, "/proc/%d/stat", pids[i]);
    FILE *f = fopen(p, "r");
    if (!f) continue;
    size_t n = fread(buf, 1, sizeof buf - 1, f);
    buf[n] = 0;
    fclose(f);
    char *q = strrchr(buf, ')');
    unsigned long u = 0, s = 0;
    if (q) sscanf(q + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &s);
    r.user += (double)u / hz;
    r.sys += (double)s / hz;
    // ns resolution: sum over the threads
    double ns = 0;
    int any = 0;
    snprintf(p, sizeof p, "/proc/%d/task", pids[i]);
    DIR *d = opendir(p);
    if (d) {
      struct dirent *e;
      while ((e = readdir(d))) {
        if (e->d_name[0] == '.') continue;
        snprintf(p, sizeof p, "/proc/%d/task/%s/schedstat", pids[i], e->d_name);
        f = fopen(p, "r");
        if (!f) continue;
        unsigned long long a;
        if (fscanf(f, "%llu", &a) == 1) {
          ns += a;
          any = 1;
        }
        fclose(f);
      }
      closedir(d);
    }
    r.cpu += any ? ns / 1e9 : (double)(u + s) / hz;
    snprintf(p, sizeof p, "/proc/%d/status", pids[i]);
    f = fopen(p, "r");
    if (!f) continue;
    while (fgets(buf, sizeof buf, f)) {
      unsigned long k;
      if (sscanf(buf, "VmRSS: %lu", &k) == 1) r.rss += k * 1024ull;
      if (sscanf(buf, "VmHWM: %lu", &k) == 1) r.hwm += k * 1024ull;
    }
    fclose(f);
  }
  return r;
}

static void hwm_reset(void) {
  char p[64];
  for (int i = 0; i < npids; i++) {
    snprintf(p, sizeof p, "/proc/%d/clear_refs", pids[i]);
    FILE *f = fopen(p, "w");
    if (f) {
      fputs("5", f);
      fclose(f);
    }
  }
}

static double busy_all(void) {
  FILE *f = fopen("/proc/stat", "r");
  unsigned long long u = 0, n = 0, y = 0, id, io, q = 0, sq = 0, st = 0;
  if (!f) return 0;
  if (fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &u, &n, &y, &id, &io, &q, &sq, &st) < 8) u = 0;
  fclose(f);
  return (double)(u + n + y + q + sq + st) / sysconf(_SC_CLK_TCK);
}

// what one of n costs, in microseconds; null if there is none
static void cost_json(FILE *f, const char *name, double cpu, u64 n) {
  if (n)
    fprintf(f, "\"%s\":%.4f,", name, cpu * 1e6 / n);
  else
    fprintf(f, "\"%s\":null,", name);
}

static double self_cpu(void) {
  struct rusage r;
  getrusage(RUSAGE_SELF, &r);
  return r.ru_utime.tv_sec + r.ru_utime.tv_usec / 1e6 + r.ru_stime.tv_sec + r.ru_stime.tv_usec / 1e6;
}

// ---------------------------------------------------------------- connections
enum { S_IDLE, S_CONN, S_HS, S_OPEN, S_JOIN, S_LIVE, S_DEAD };

enum { K_OTHER, K_RECV, K_TICK, K_SYNC, K_REQU, K_INFO, K_PONG };

#define CARRY 1024

typedef struct {
  int fd, state, sess, idx;
  u8 carry[CARRY];
  int ncarry;
  u64 skip;
  int skipkind; // remaining bytes of a frame whose head was looked at
  int chunk;    // kind of a running _CHUNK sequence, -1 none
  u8 *w;
  int wn, wo; // unsent tail
  u32 seq;
  int haveseq;
  u64 lasttick;
  double lasttime;
  u64 tjoin, tsync, tfirst;
  u64 syncbytes;
  int slow, closecode;
} Conn;

typedef struct {
  Conn *c0;
  int n;
  u64 sent, got;
  double time;
  u32 seq;
  u64 lastsnap;
  char id[48];
} Sess;

static Conn *conns;
static int nconns;
static Sess *sessv;
static int nsess;
static int ep, tfd;
static struct sockaddr_in addr;
static const char *path;
static int port;
static int nlive, ndead, nopen;
static int tickms, payload, autojoin = 1, snaps = 1;
static u8 *big;
static const size_t BIG = 1 << 20;
// counters of the running window
static Hist hlat, htick, hticki, hlatA;
static int inwin, tickwatch_from = 0, tickwatch_to = 1 << 30;
static u64 c_deliv, c_ticks, c_bytes, c_frames, c_gaps, c_sent, c_skipped, c_requ, c_info, c_timeback, c_other,
    c_recvcalls, c_closed;
static u64 synced, syncbytes_total;
static u64 t_lastdeliv;
static u32 rnd = 12345;

static inline u32 rng(void) {
  rnd ^= rnd << 13;
  rnd ^= rnd >> 17;
  rnd ^= rnd << 5;
  return rnd;
}

static void ep_set(Conn *c, int op, u32 ev) {
  struct epoll_event e = {.events = ev, .data.ptr = c};
  epoll_ctl(ep, op, c->fd, &e);
}

static void conn_dead(Conn *c, int code) {
  if (c->state == S_DEAD) return;
  if (c->state == S_LIVE) nlive--;
  if (c->state != S_IDLE) {
    close(c->fd);
  }
  c->fd = -1;
  c->state = S_DEAD;
  c->closecode = code;
  ndead++;
  c_closed++;
  if (ndead == nconns) die("the server closed all connections, the last one with %d", code);
}

static void raw_send(Conn *c, const u8 *b, int n) {
  if (c->state == S_DEAD) return;
  int k = 0;
  if (c->wn == c->wo) {
    k = send(c->fd, b, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (k < 0) {
      if (errno != EAGAIN) {
        conn_dead(c, -errno);
        return;
      }
      k = 0;
    }
    if (k == n) return;
    c->wn = c->wo = 0;
  }
  c->w = realloc(c->w, c->wn + n - k);
  memcpy(c->w + c->wn, b + k, n - k);
  c->wn += n - k;
  if (!c->slow) ep_set(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

static void ws_send(Conn *c, int op, const u8 *p, int n) {
  static u8 *buf;
  static int cap;
  if (cap < n + 32) buf = realloc(buf, cap = n + 4096);
  int h = 2;
  buf[0] = 0x80 | op;
  if (n < 126)
    buf[1] = 0x80 | n;
  else if (n < 65536) {
    buf[1] = 0x80 | 126;
    buf[2] = n >> 8;
    buf[3] = n;
    h = 4;
  } else {
    buf[1] = 0x80 | 127;
    for (int i = 0; i < 8; i++) buf[2 + i] = (u64)n >> (56 - 8 * i);
    h = 10;
  }
  u32 m = rng() | 1;
  memcpy(buf + h, &m, 4);
  u8 *d = buf + h + 4;
  int i = 0;
  u64 m8 = (u64)m << 32 | m;
  for (; i + 8 <= n; i += 8) {
    u64 x;
    memcpy(&x, p + i, 8);
    x ^= m8;
    memcpy(d + i, &x, 8);
  }
  for (; i < n; i++) d[i] = p[i] ^ ((u8 *)&m)[i & 3];
  raw_send(c, buf, h + 4 + n);
}

// A SNAP for what c has seen. With files=/files the snapshot is really uploaded first, under the path a client would
// use: some servers take only files that they hold. Without it the url is made up, which upstream accepts.
static const char *filesp;

static int put_file(const char *target) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof addr)) {
    if (fd >= 0) close(fd);
    return 0;
  }
  char b[700];
  int n = sprintf(b,
                  "PUT %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/octet-stream\r\nContent-Length: "
                  "4\r\nConnection: close\r\n\r\nsnap",
                  target, port);
  if (write(fd, b, n) != n) {
    close(fd);
    return 0;
  }
  int got = 0, k;
  while (got < (int)sizeof b - 1 && (k = read(fd, b + got, sizeof b - 1 - got)) > 0) got += k;
  close(fd);
  b[got] = 0;
  return got > 12 && b[9] == '2';
}

static int snap_msg(char *m, Sess *s, Conn *c) {
  char url[300];
  sprintf(url, "../files/snap/%u.snap", c->seq);
  if (filesp) {
    char target[220];
    sprintf(target, "%s/snapshots/%s/%010.0f_%u-bench%038u.snap", filesp, s->id, c->lasttime, c->seq, c->seq);
    if (put_file(target))
      sprintf(url, "http://127.0.0.1:%d%s", port, target);
    else
      fprintf(stderr, "PUT %s failed\n", target);
  }
  return sprintf(
      m,
      "{\"id\":\"%s\",\"action\":\"SNAP\",\"args\":{\"time\":%.0f,\"seq\":%u,\"hash\":\"bench%038u\",\"url\":\"%s\"}}",
      s->id, c->lasttime, c->seq, c->seq, url);
}

static void send_join(Conn *c) {
  char b[1200];
  Sess *s = sessv + c->sess;
  int n = snprintf(b, sizeof b,
                   "{\"id\":\"%s\",\"action\":\"JOIN\",\"args\":{\"name\":\"bench\",\"apiKey\":\"none\",\"appId\":\"io."
                   "bench.load\",\"url\":\"http://localhost/bench/"
                   "\",\"persistentId\":\"pid-%s\",\"sdk\":\"2.0.4\",\"version\":1,\"user\":[\"v%04x%05x\"],\"ticks\":{"
                   "\"tick\":%d,\"delay\":0},\"dormantDelay\":10,\"tove\":\"dG92ZQ==\",\"codeHash\":\"h\"}}",
                   s->id, s->id, c->sess & 0xffff, c->idx, tickms);
  c->state = S_JOIN;
  c->tjoin = now_ns();
  c->tfirst = 0;
  c->syncbytes = 0;
  ws_send(c, 1, (u8 *)b, n);
}

static int send_msg(Conn *c, u64 stamp) { // 0 = would block, not sent
  static char *tpl;
  static int cap;
  if (c->state != S_LIVE || c->wn != c->wo) {
    c_skipped++;
    return 0;
  }
  Sess *s = sessv + c->sess;
  if (cap < payload + 256) {
    tpl = realloc(tpl, cap = payload + 512);
  }
  int n = sprintf(tpl, "{\"id\":\"%s\",\"action\":\"SEND\",\"args\":[%d,%u,\"~L%016llx", s->id, (int)s->time, s->seq,
                  (unsigned long long)stamp);
  int pad = payload - 18;
  if (pad > 0) {
    for (int i = 0; i < pad; i++)
      tpl[n + i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[i & 63];
    n += pad;
  }
  n += sprintf(tpl + n, "\",12]}");
  ws_send(c, 1, (u8 *)tpl, n);
  s->sent++;
  c_sent++;
  return 1;
}

static int kind_of(const u8 *b, int n) {
  int m = n < 300 ? n : 300;
  const u8 *p = memmem(b, m, "\"action\":\"", 10);
  if (!p || p + 14 > b + n) return K_OTHER;
  p += 10;
  if (!memcmp(p, "RECV", 4)) return K_RECV;
  if (!memcmp(p, "TICK", 4)) return K_TICK;
  if (!memcmp(p, "SYNC", 4)) return K_SYNC;
  if (!memcmp(p, "REQU", 4)) return K_REQU;
  if (!memcmp(p, "INFO", 4)) return K_INFO;
  if (!memcmp(p, "PONG", 4)) return K_PONG;
  return K_OTHER;
}

static u64 t_recv;

// looks at the head (n bytes) of a text frame of len bytes
static int frame_head(Conn *c, const u8 *b, int n, u64 len) {
  if (n >= 8 && !memcmp(b, "_CHUNK", 6)) {
    if (b[6] == '1') c->chunk = kind_of(b + 8, n - 8);
    int k = c->chunk;
    if (!c->tfirst) c->tfirst = t_recv;
    c->syncbytes += len;
    if (b[7] == '1') {
      c->chunk = -1;
      return k;
    }
    return K_OTHER;
  }
  int k = kind_of(b, n);
  Sess *s = sessv + c->sess;
  if (k == K_TICK) {
    c_ticks++;
    const u8 *p = memmem(b, n, "\"args\":", 7);
    if (p) {
      double t = 0;
      p += 7;
      while (p < b + n && *p >= '0' && *p <= '9') t = t * 10 + (*p++ - '0');
      if (t < c->lasttime) c_timeback++;
      c->lasttime = t;
      s->time = t;
    }
    if (inwin && c->sess >= tickwatch_from && c->sess < tickwatch_to) {
      if (c->lasttick) {
        u64 d = t_recv - c->lasttick, e = (u64)tickms * 1000000ull;
        hadd(&htick, d > e ? d - e : e - d);
        hadd(&hticki, d);
      }
    }
    c->lasttick = t_recv;
  } else if (k == K_RECV) {
    const u8 *p = memmem(b, n, "\"args\":[", 8);
    if (!p) {
      c_other++;
      return k;
    }
    p += 8;
    double t = 0;
    u32 q = 0;
    while (p < b + n && ((*p >= '0' && *p <= '9') || *p == '.' || *p == '-')) {
      if (*p >= '0' && *p <= '9') t = t * 10 + (*p - '0');
      p++;
    }
    if (p < b + n && *p == ',') p++;
    while (p < b + n && *p >= '0' && *p <= '9') q = q * 10 + (*p++ - '0');
    if (t < c->lasttime) c_timeback++;
    c->lasttime = t;
    if (c->haveseq && q != c->seq + 1) c_gaps++;
    c->seq = q;
    c->haveseq = 1;
    if (c->idx == 0) {
      s->time = t;
      s->seq = q;
    }
    if (p + 20 < b + n && p[1] == '"' && p[2] == '~' && p[3] == 'L') {
      u64 st = 0;
      for (int i = 4; i < 20; i++) {
        u8 x = p[i];
        st = st << 4 | (x <= '9' ? x - '0' : x - 'a' + 10);
      }
      s->got++;
      c_deliv++;
      t_lastdeliv = t_recv;
      if (inwin) {
        hadd(&hlat, t_recv > st ? t_recv - st : 0);
      }
    } else
      c_other++;
  } else if (k == K_SYNC) {
    if (!c->tfirst) c->tfirst = t_recv;
    c->syncbytes += len;
  } else if (k == K_REQU) {
    c_requ++;
    if (snaps && c->idx == 0 && s->seq && t_recv - s->lastsnap > 50000000ull) {
      s->lastsnap = t_recv;
      char m[600];
      ws_send(c, 1, (u8 *)m, snap_msg(m, s, c));
    }
  } else if (k == K_INFO)
    c_info++;
  else
    c_other++;
  return k;
}

static void frame_end(Conn *c, int k) {
  if (k == K_SYNC && c->state == S_JOIN) {
    c->state = S_LIVE;
    c->tsync = t_recv;
    nlive++;
    synced++;
    syncbytes_total += c->syncbytes;
    c->haveseq = 0;
  }
}

static void consume(Conn *c, u8 *b, size_t n) { // b includes the carry
  size_t o = 0;
  if (c->state == S_HS) {
    u8 *e = memmem(b, n, "\r\n\r\n", 4);
    if (!e) {
      if (n < CARRY) {
        memcpy(c->carry, b, c->ncarry = n);
      } else
        conn_dead(c, 1);
      return;
    }
    if (n < 12 || memcmp(b + 9, "101", 3)) {
      say("handshake refused: %.60s", b);
      conn_dead(c, 2);
      return;
    }
    o = e + 4 - b;
    c->state = S_OPEN;
    nopen++;
    if (autojoin) send_join(c);
  }
  while (o < n && c->state != S_DEAD) {
    if (c->skip) {
      size_t k = n - o < c->skip ? n - o : c->skip;
      o += k;
      c->skip -= k;
      if (!c->skip) {
        c_frames++;
        frame_end(c, c->skipkind);
      }
      continue;
    }
    size_t av = n - o;
    u8 *p = b + o;
    if (av < 2) break;
    int h = 2;
    u64 len = p[1] & 127;
    if (len == 126) {
      if (av < 4) break;
      len = p[2] << 8 | p[3];
      h = 4;
    } else if (len == 127) {
      if (av < 10) break;
      len = 0;
      for (int i = 2; i < 10; i++) len = len << 8 | p[i];
      h = 10;
    }
    size_t need = len < 600 ? len : 600;
    if (av - h < need) break;
    int op = p[0] & 15;
    if (op == 9) {
      if (av - h < len) break;
      ws_send(c, 10, p + h, len);
      o += h + len;
      continue;
    }
    if (op == 8) {
      conn_dead(c, len >= 2 ? p[h] << 8 | p[h + 1] : 1005);
      return;
    }
    int k = K_OTHER;
    if (op == 1 || op == 2) {
      size_t see = av - h < len ? av - h : len;
      k = frame_head(c, p + h, see > 700 ? 700 : see, len);
    }
    if (av - h >= len) {
      o += h + len;
      c_frames++;
      frame_end(c, k);
    } else {
      c->skip = len - (av - h);
      c->skipkind = k;
      o = n;
    }
  }
  if (c->state == S_DEAD) return;
  c->ncarry = n - o;
  if (c->ncarry > CARRY) die("carry overflow %d", c->ncarry);
  if (c->ncarry) memcpy(c->carry, b + o, c->ncarry);
}

static void on_read(Conn *c) {
  if (c->ncarry) memcpy(big, c->carry, c->ncarry);
  size_t off = c->ncarry;
  ssize_t k = recv(c->fd, big + off, BIG - off, MSG_DONTWAIT);
  c_recvcalls++;
  if (k == 0) {
    conn_dead(c, 0);
    return;
  }
  if (k < 0) {
    if (errno != EAGAIN && errno != EINTR) conn_dead(c, -errno);
    return;
  }
  c_bytes += k;
  t_recv = now_ns();
  c->ncarry = 0;
  consume(c, big, off + k);
}

static void on_write(Conn *c) {
  if (c->state == S_CONN) {
    int e = 0;
    socklen_t l = sizeof e;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &e, &l);
    if (e) {
      conn_dead(c, -e);
      return;
    }
    char b[600];
    int n = snprintf(
        b, sizeof b,
        "GET %s%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
        "AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://localhost\r\n\r\n",
        path, sessv[c->sess].id, port);
    c->state = S_HS;
    ep_set(c, EPOLL_CTL_MOD, EPOLLIN);
    raw_send(c, (u8 *)b, n);
    return;
  }
  while (c->wo < c->wn) {
    ssize_t k = send(c->fd, c->w + c->wo, c->wn - c->wo, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (k < 0) {
      if (errno == EAGAIN) return;
      conn_dead(c, -errno);
      return;
    }
    c->wo += k;
  }
  c->wn = c->wo = 0;
  ep_set(c, EPOLL_CTL_MOD, EPOLLIN);
}

static int start_conn(Conn *c) {
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c->fd < 0) die("socket: %s (fd limit?)", strerror(errno));
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (c->slow) {
    int sz = 8192;
    setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &sz, sizeof sz);
  }
  c->state = S_CONN;
  c->chunk = -1;
  struct epoll_event e = {.events = EPOLLOUT, .data.ptr = c};
  int r = connect(c->fd, (struct sockaddr *)&addr, sizeof addr);
  if (r < 0 && errno != EINPROGRESS) {
    conn_dead(c, -errno);
    return -1;
  }
  epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
  return 0;
}
static struct epoll_event evs[512];

// one turn of the loop; returns the number of events
static int turn(int timeout_ms, void (*between)(void)) {
  int n = epoll_wait(ep, evs, 512, timeout_ms);
  for (int i = 0; i < n; i++) {
    Conn *c = evs[i].data.ptr;
    if (!c) {
      u64 x;
      if (read(tfd, &x, 8)) {}
      continue;
    }
    if (c->state == S_DEAD) continue;
    if (evs[i].events & (EPOLLOUT)) on_write(c);
    if (c->state != S_DEAD && (evs[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) on_read(c);
    if (between && (i & 31) == 31) between();
  }
  return n;
}

static void arm(u64 t) {
  struct itimerspec it = {0};
  it.it_value.tv_sec = t / 1000000000ull;
  it.it_value.tv_nsec = t % 1000000000ull;
  timerfd_settime(tfd, TFD_TIMER_ABSTIME, &it, 0);
}

static void idle_for(double sec) {
  u64 e = now_ns() + (u64)(sec * 1e9);
  while (now_ns() < e) {
    u64 l = (e - now_ns()) / 1000000 + 1;
    turn(l > 50 ? 50 : (int)l, 0);
  }
}

// connect conns [from,to); waits until they are joined (or open, if !autojoin)
static double connect_all(int from, int to, int par, double timeout) {
  u64 t0 = now_ns(), e = t0 + (u64)(timeout * 1e9);
  int i = from;
  int d0 = ndead;
  int base = autojoin ? nlive : nopen;
  for (;;) {
    int done = (autojoin ? nlive : nopen) - base + (ndead - d0);
    while (i < to && (i - from) - done < par) {
      start_conn(conns + i);
      i++;
    }
    if (i >= to && done >= to - from) break;
    if (now_ns() > e) {
      say("connect timeout: %d of %d", done, to - from);
      break;
    }
    turn(20, 0);
  }
  return (now_ns() - t0) / 1e9;
}

// ---------------------------------------------------------------- senders
static int *order_;
static u64 ordn, ordi;
static double rate;
static u64 open_t0, open_k, open_end;
static int closedW;

static void pump_open(void) {
  u64 t = now_ns();
  if (t > open_end) t = open_end;
  int burst = 0;
  while (burst++ < 400) {
    u64 due = open_t0 + (u64)(open_k * (1e9 / rate));
    if (due > t) break;
    send_msg(conns + order_[ordi], due);
    if (++ordi == ordn) ordi = 0;
    open_k++;
  }
}

static void pump_closed(void) {
  u64 t = now_ns();
  if (t > open_end) return;
  for (int i = 0; i < nsess; i++) {
    Sess *s = sessv + i;
    int guard = 0;
    while ((i64)(s->sent * s->n) - (i64)s->got < (i64)closedW * s->n && guard++ < closedW) {
      Conn *c = s->c0 + (rng() % s->n);
      if (!send_msg(c, t)) break;
    }
  }
}

static void win_reset(void) {
  hclear(&hlat);
  hclear(&htick);
  hclear(&hticki);
  c_deliv = c_ticks = c_bytes = c_frames = c_gaps = c_sent = c_skipped = c_requ = c_info = c_timeback = c_other =
      c_recvcalls = c_closed = 0;
  for (int i = 0; i < nconns; i++) conns[i].lasttick = 0;
}

static void drain(double maxs) {
  u64 e = now_ns() + (u64)(maxs * 1e9);
  for (;;) {
    u64 s = 0, g = 0;
    for (int i = 0; i < nsess; i++) {
      s += sessv[i].sent * sessv[i].n;
      g += sessv[i].got;
    }
    if (g >= s || now_ns() > e) break;
    turn(5, 0);
  }
  for (int i = 0; i < nsess; i++) {
    sessv[i].sent = 0;
    sessv[i].got = 0;
  }
}

// seconds since the last delivery, or since then if there was none
static double deliv_since(u64 start) {
  return (now_ns() - (t_lastdeliv > start ? t_lastdeliv : start)) / 1e9;
}

static int run_step(FILE *o, const char *spec, int first, int attempt) {
  int kind = spec[0];
  double v = atof(spec[0] == '0' ? spec : spec + 1);
  const char *col = strchr(spec, ':');
  double secs = col ? atof(col + 1) : 3;
  double warm = optn("warmup", 0.5);
  rate = kind == 'r' ? v : 0;
  closedW = kind == 'c' ? (int)v : 0;
  void (*pump)(void) = rate > 0 ? pump_open : closedW ? pump_closed : 0;
  ordi = rng() % ordn;
  open_k = 0;
  open_t0 = now_ns();
  u64 wend = open_t0 + (u64)(warm * 1e9), end = wend + (u64)(secs * 1e9);
  open_end = end;
  win_reset();
  inwin = 0;
  Proc a = {0};
  double sa = 0, ba = 0;
  u64 tw = 0;
  u64 sent0 = 0;
  for (;;) {
    u64 t = now_ns();
    if (!inwin && t >= wend) {
      win_reset();
      inwin = 1;
      hwm_reset();
      a = proc_read();
      sa = self_cpu();
      ba = busy_all();
      tw = now_ns();
      sent0 = open_k;
    }
    if (t >= end) break;
    if (pump) pump();
    u64 next = inwin ? end : wend;
    if (rate > 0) {
      u64 due = open_t0 + (u64)(open_k * (1e9 / rate));
      u64 lo = t + 200000;
      if (due < lo) due = lo;
      if (due < next) next = due;
    }
    if (closedW) {
      u64 x = t + 2000000;
      if (x < next) next = x;
    }
    arm(next);
    turn(-1, rate > 0 ? pump : 0);
  }
  Proc b = proc_read();
  double sb = self_cpu(), bb = busy_all();
  double w = (now_ns() - tw) / 1e9;
  double silent = deliv_since(tw);
  u64 deliv = c_deliv, ticks = c_ticks, bytes = c_bytes, sent = c_sent, recvc = c_recvcalls, frames = c_frames;
  inwin = 1;
  int nper = sessv[0].n;
  double offered = kind == 'r' ? (double)(open_k - sent0) / w : (double)sent / w;
  // backlog at the end of the window, then let it drain
  u64 s_ = 0, g_ = 0;
  for (int i = 0; i < nsess; i++) {
    s_ += sessv[i].sent * sessv[i].n;
    g_ += sessv[i].got;
  }
  u64 backlog = s_ > g_ ? s_ - g_ : 0;
  u64 td = now_ns();
  drain(optn("drain", 4));
  double drained = (now_ns() - td) / 1e9;
  inwin = 0;
  double cpu = b.cpu - a.cpu;
  double dps = deliv / w;
  int again = optn("retries", 1); // a neighbour on the machine may have had the CPU
  int sustained = kind != 'r' || (c_skipped == 0 && dps >= 0.97 * offered * nper && hq(&hlat, .99) < 250e6);
  if (!sustained && attempt < again) {
    say("step %s not sustained (%.0f of %.0f), once more", spec, dps, offered * nper);
    idle_for(0.3);
    return run_step(o, spec, first, attempt + 1);
  }
  fprintf(o,
          "%s{\"step\":\"%s\",\"attempts\":%d,\"seconds\":%.3f,\"offeredMsgs\":%.1f,\"sentMsgs\":%.1f,"
          "\"deliveriesPerSec\":%.1f,\"ticksPerSec\":%.1f,\"bytesPerSec\":%.0f,\"sustained\":%s,",
          first ? "" : ",", spec, attempt + 1, w, offered, sent / w, dps, ticks / w, bytes / w,
          sustained ? "true" : "false");
  fprintf(o,
          "\"cpu\":%.4f,\"cpuShare\":%.4f,\"cpuUser\":%.3f,\"cpuSys\":%.3f,\"deliveriesPerCpuSec\":%.0f,"
          "\"genCpuShare\":%.3f,\"othersCpu\":%.2f,\"framesPerRecv\":%.2f,\"silentSec\":%.3f,",
          cpu, cpu / w, b.user - a.user, b.sys - a.sys, cpu > 0 ? deliv / cpu : 0, (sb - sa) / w,
          fmax(0, ((bb - ba) - (b.cpu - a.cpu) - (sb - sa)) / w), recvc ? (double)frames / recvc : 0, silent);
  cost_json(o, "cpuUsPerDelivery", cpu, deliv);
  cost_json(o, "cpuUsPerFrame", cpu, deliv + ticks);
  cost_json(o, "cpuUsPerMessage", cpu, sent);
  fprintf(o,
          "\"rssMB\":%.2f,\"hwmMB\":%.2f,\"gaps\":%llu,\"timeBack\":%llu,\"skipped\":%llu,\"requ\":%llu,\"closed\":%"
          "llu,\"backlogAtEnd\":%llu,\"drainSec\":%.2f,",
          b.rss / 1048576.0, b.hwm / 1048576.0, (unsigned long long)c_gaps, (unsigned long long)c_timeback,
          (unsigned long long)c_skipped, (unsigned long long)c_requ, (unsigned long long)c_closed,
          (unsigned long long)backlog, drained);
  hjson(o, "latencyMs", &hlat, 1e6);
  fputc(',', o);
  hjson(o, "tickErrMs", &htick, 1e6);
  fputc(',', o);
  hjson(o, "tickIntervalMs", &hticki, 1e6);
  fputs("}", o);
  fflush(o);
  say("step %s: %.0f deliveries/s cpu/deliv %.2f us p99 %.2f ms sustained=%d gen %.2f", spec, dps,
      deliv ? cpu * 1e6 / deliv : 0, hq(&hlat, .99) / 1e6, sustained, (sb - sa) / w);
  return sustained;
}

static void mk_sessions(int S, int C, int slowfirst) {
  nsess = S;
  nconns = S * C;
  sessv = calloc(S, sizeof *sessv);
  conns = calloc(nconns, sizeof *conns);
  unsigned salt = (unsigned)(now_ns() ^ getpid() * 2654435761u);
  for (int i = 0; i < S; i++) {
    Sess *s = sessv + i;
    s->c0 = conns + i * C;
    s->n = C;
    sprintf(s->id, "bench%08x%08xABCDEFGHIJKLMNOPQRSTUV", salt, i);
    for (int j = 0; j < C; j++) {
      s->c0[j].sess = i;
      s->c0[j].idx = j;
      s->c0[j].chunk = -1;
      if (slowfirst && j == C - 1) s->c0[j].slow = 1;
    }
  }
  order_ = malloc(sizeof(int) * nconns);
  ordn = nconns;
  for (int i = 0; i < nconns; i++) order_[i] = i;
  for (int i = nconns - 1; i > 0; i--) {
    int j = rng() % (i + 1);
    int t = order_[i];
    order_[i] = order_[j];
    order_[j] = t;
  }
}

static void closes(FILE *o) {
  int h[8] = {0}, cc[8] = {0}, k = 0;
  for (int i = 0; i < nconns; i++)
    if (conns[i].state == S_DEAD) {
      int j = 0;
      for (; j < k; j++)
        if (cc[j] == conns[i].closecode) break;
      if (j == k) {
        if (k == 8) continue;
        cc[k++] = conns[i].closecode;
      }
      h[j]++;
    }
  fprintf(o, "\"dead\":%d,\"closeCodes\":{", ndead);
  for (int j = 0; j < k; j++) fprintf(o, "%s\"%d\":%d", j ? "," : "", cc[j], h[j]);
  fputs("}", o);
}

// ---------------------------------------------------------------- modes
static void mode_run(FILE *o) {
  int S = optn("sessions", 1), C = optn("clients", 10);
  mk_sessions(S, C, 0);
  Proc p0 = proc_read();
  double cs = connect_all(0, nconns, optn("par", 200), optn("timeout", 60));
  Proc p1 = proc_read();
  idle_for(optn("settle", 0.6));
  Proc p2 = proc_read();
  fprintf(o,
          "{\"mode\":\"run\",\"sessions\":%d,\"clients\":%d,\"live\":%d,\"tick\":%d,\"payload\":%d,\"connectSec\":%.3f,"
          "\"cpuMsPerJoin\":%.4f,\"rssBeforeMB\":%.2f,\"rssJoinedMB\":%.2f,\"rssKBPerClient\":%.3f,\"steps\":[",
          S, C, nlive, tickms, payload, cs, nconns ? (p1.cpu - p0.cpu) * 1e3 / nconns : 0, p0.rss / 1048576.0,
          p2.rss / 1048576.0, nconns ? (p2.rss - (double)p0.rss) / 1024.0 / nconns : 0);
  char *st = strdup(opt("steps", "r100:3")), *sv, *x;
  int first = 1, ok = 1;
  int keep = optn("keepgoing", 0);
  for (x = strtok_r(st, ",", &sv); x; x = strtok_r(0, ",", &sv)) {
    if (!ok && !keep && x[0] == 'r') continue;
    int r = run_step(o, x, first, 0);
    if (!r) ok = 0;
    first = 0;
  }
  fputs("],", o);
  closes(o);
  fputs("}\n", o);
}

static void mode_idle(FILE *o) {
  int S = optn("sessions", 500), C = optn("clients", 10);
  double secs = optn("seconds", 15);
  mk_sessions(S, C, 0);
  hwm_reset();
  Proc p0 = proc_read();
  double cs = connect_all(0, nconns, optn("par", 100), optn("timeout", 180));
  Proc p1 = proc_read();
  idle_for(optn("settle", 3));
  Proc p2 = proc_read();
  win_reset();
  inwin = 1;
  u64 t = now_ns();
  idle_for(secs);
  double w = (now_ns() - t) / 1e9;
  Proc p3 = proc_read();
  fprintf(o,
          "{\"mode\":\"idle\",\"sessions\":%d,\"clients\":%d,\"live\":%d,\"tick\":%d,\"connectSec\":%.2f,"
          "\"joinsPerSec\":%.0f,\"cpuMsPerJoin\":%.4f,\"rssBeforeMB\":%.2f,\"rssJoinedMB\":%.2f,\"rssEndMB\":%.2f,"
          "\"hwmMB\":%.2f,\"rssKBPerClient\":%.3f,\"cpuShare\":%.5f,\"ticksPerSec\":%.1f,",
          S, C, nlive, tickms, cs, nlive / cs, (p1.cpu - p0.cpu) * 1e3 / nconns, p0.rss / 1048576.0, p2.rss / 1048576.0,
          p3.rss / 1048576.0, p3.hwm / 1048576.0, (p3.rss - (double)p0.rss) / 1024.0 / (nlive ? nlive : 1),
          (p3.cpu - p2.cpu) / w, c_ticks / w);
  cost_json(o, "cpuUsPerTick", p3.cpu - p2.cpu, c_ticks);
  hjson(o, "tickErrMs", &htick, 1e6);
  fputc(',', o);
  closes(o);
  fputs("}\n", o);
}

static int cmpd(const void *a, const void *b) {
  double x = *(double *)a, y = *(double *)b;
  return x < y ? -1 : x > y;
}

// a history is left as it is when the server has taken nothing more for so long
#define FILL_PATIENCE_SEC 3

// session 0: 1 seed + J joiners; sessions 1..B: bystanders (1 client each) whose ticks are watched
static void mode_join(FILE *o) {
  int J = optn("joiners", 50), B = optn("bystanders", 50), M = optn("messages", 50000);
  int W = optn("window", 256);
  snaps = 0;
  nsess = 1 + B;
  nconns = 1 + J + B;
  sessv = calloc(nsess, sizeof *sessv);
  conns = calloc(nconns, sizeof *conns);
  unsigned salt = (unsigned)(now_ns() ^ getpid() * 2654435761u);
  for (int i = 0; i < nsess; i++) {
    sprintf(sessv[i].id, "bench%08x%08xABCDEFGHIJKLMNOPQRSTUV", salt, i);
    sessv[i].n = 1;
  }
  // layout: [0]=seed [1..B]=bystanders [B+1..]=joiners
  for (int i = 0; i <= B; i++) {
    conns[i].sess = i;
    sessv[i].c0 = conns + i;
  }
  for (int j = 0; j < J; j++) {
    conns[B + 1 + j].sess = 0;
    conns[B + 1 + j].idx = j + 1;
  }
  for (int i = 0; i < nconns; i++) conns[i].chunk = -1;
  tickwatch_from = 1;
  tickwatch_to = nsess;
  order_ = malloc(sizeof(int));
  ordn = 1;
  order_[0] = 0;
  connect_all(0, B + 1, 100, 30);
  idle_for(optn("settle", 0.6));
  u64 tf = now_ns();
  Sess *s = sessv;
  while (s->got < (u64)M && deliv_since(tf) < FILL_PATIENCE_SEC) {
    while (s->sent < (u64)M && s->sent - s->got < (u64)W)
      if (!send_msg(conns, now_ns())) break;
    turn(5, 0);
  }
  double fillsec = (now_ns() - tf) / 1e9;
  u64 filled = s->got;
  say("filled %llu in %.1fs", (unsigned long long)filled, fillsec);
  idle_for(optn("postfill", 1));
  win_reset();
  inwin = 1;
  idle_for(optn("base", 2));
  Hist base = htick;
  inwin = 0;
  autojoin = 0;
  connect_all(B + 1, nconns, 100, 30);
  idle_for(optn("postfill", 1) / 2);
  Proc p0 = proc_read();
  hwm_reset();
  win_reset();
  inwin = 1;
  for (int i = 0; i <= B; i++) conns[i].lasttick = 0;
  // every bystander needs one tick before the storm so that the gap is seen
  u64 tt = now_ns();
  while (now_ns() - tt < (u64)tickms * 1300000ull) turn(5, 0);
  synced = 0;
  syncbytes_total = 0;
  u64 t0 = now_ns();
  double s0 = self_cpu();
  for (int j = 0; j < J; j++) send_join(conns + B + 1 + j);
  u64 e = t0 + (u64)(optn("timeout", 120) * 1e9);
  while (synced < (u64)J && now_ns() < e && nlive + ndead < nconns) turn(20, 0);
  u64 t1 = now_ns();
  Proc p1 = proc_read();
  double s1 = self_cpu();
  idle_for(0.5 + tickms * 2e-3);
  Proc p2 = proc_read();
  // gaps still open count too
  for (int i = 1; i <= B; i++)
    if (conns[i].lasttick) {
      u64 d = now_ns() - conns[i].lasttick;
      if (d > (u64)tickms * 2000000ull) hadd(&htick, d - (u64)tickms * 1000000ull);
    }
  inwin = 0;
  double *ts = malloc(sizeof(double) * J), *tf1 = malloc(sizeof(double) * J);
  int k = 0;
  u64 by = 0;
  for (int j = 0; j < J; j++) {
    Conn *c = conns + B + 1 + j;
    if (c->state == S_LIVE) {
      ts[k] = (c->tsync - t0) / 1e6;
      tf1[k] = (c->tfirst - t0) / 1e6;
      k++;
      by += c->syncbytes;
    }
  }
  qsort(ts, k, sizeof *ts, cmpd);
  qsort(tf1, k, sizeof *tf1, cmpd);
  fprintf(o,
          "{\"mode\":\"join\",\"messages\":%llu,\"payload\":%d,\"joiners\":%d,\"synced\":%d,\"fillSec\":%.2f,"
          "\"fillMsgsPerSec\":%.0f,\"syncBytesEach\":%.0f,\"allSyncedMs\":%.2f,\"syncMsP50\":%.2f,\"syncMsMax\":%.2f,"
          "\"firstByteMsP50\":%.2f,\"MBps\":%.1f,\"cpu\":%.4f,\"cpuMsPerJoin\":%.3f,\"genCpu\":%.3f,\"rssBeforeMB\":%."
          "1f,\"rssAfterMB\":%.1f,\"hwmMB\":%.1f,\"hwmDeltaMB\":%.1f,\"tick\":%d,",
          (unsigned long long)filled, payload, J, k, fillsec, filled / fillsec, k ? (double)by / k : 0, (t1 - t0) / 1e6,
          k ? ts[k / 2] : 0, k ? ts[k - 1] : 0, k ? tf1[k / 2] : 0, by / 1e6 / ((t1 - t0) / 1e9), p2.cpu - p0.cpu,
          k ? (p1.cpu - p0.cpu) * 1e3 / k : 0, s1 - s0, p0.rss / 1048576.0, p2.rss / 1048576.0, p2.hwm / 1048576.0,
          (p2.hwm - (double)p0.rss) / 1048576.0, tickms);
  hjson(o, "tickErrBaseMs", &base, 1e6);
  fputc(',', o);
  hjson(o, "tickErrJoinMs", &htick, 1e6);
  fputc(',', o);
  closes(o);
  fputs("}\n", o);
}

static void mode_slow(FILE *o) {
  int C = optn("clients", 20);
  double secs = optn("seconds", 20), base = optn("base", 3), r = optn("rate", 200);
  double from = optn("from", secs / 3);
  mk_sessions(1, C, 1);
  snaps = 1;
  connect_all(0, nconns, 100, 30);
  idle_for(1);
  Conn *sc = conns + C - 1;
  sessv[0].n = C;
  ordn = 0;
  for (int i = 0; i < C - 1; i++) order_[ordn++] = i;
  FILE *nul = fopen("/dev/null", "w");
  char sp[40];
  sprintf(sp, "r%.0f:%.1f", r, base);
  run_step(nul, sp, 1, 9);
  hlatA = hlat;
  // it stops reading
  epoll_ctl(ep, EPOLL_CTL_DEL, sc->fd, 0);
  sessv[0].n = C - 1;
  hwm_reset();
  Proc p0 = proc_read();
  rate = r;
  open_k = 0;
  ordi = 0;
  open_t0 = now_ns();
  open_end = open_t0 + (u64)(secs * 1e9);
  win_reset();
  inwin = 1;
  int n = 0, m = 0;
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  double nexts = 1;
  double series[600];
  double closedAt = -1;
  c_bytes = 0;
  while (now_ns() < open_end) {
    pump_open();
    u64 t = now_ns();
    u64 due = open_t0 + (u64)(open_k * (1e9 / rate)), lo = t + 200000;
    if (due < lo) due = lo;
    arm(due < open_end ? due : open_end);
    turn(-1, 0);
    double el = (now_ns() - open_t0) / 1e9;
    if (el >= nexts && n < 600) {
      // a snapshot a second: what grows is the slow reader's queue, not the history
      if (sessv[0].seq) {
        char sn[600];
        ws_send(conns, 1, (u8 *)sn, snap_msg(sn, sessv, conns));
      }
      Proc q = proc_read();
      series[n++] = q.rss / 1048576.0;
      if (el > from) {
        m++;
        sx += el;
        sy += q.rss;
        sxx += el * el;
        sxy += el * q.rss;
      }
      nexts += 1;
      if (closedAt < 0) {
        struct tcp_info ti;
        socklen_t l = sizeof ti;
        if (!getsockopt(sc->fd, IPPROTO_TCP, TCP_INFO, &ti, &l) && ti.tcpi_state != TCP_ESTABLISHED) closedAt = el;
      }
    }
  }
  Proc p1 = proc_read();
  u64 sent = c_sent;
  drain(2);
  double slope = m > 2 ? (m * sxy - sx * sy) / (m * sxx - sx * sx) : 0;
  double off = (double)sent * (payload + 90);
  fprintf(o,
          "{\"mode\":\"slow\",\"clients\":%d,\"rate\":%.0f,\"payload\":%d,\"seconds\":%.1f,\"rssBeforeMB\":%.2f,"
          "\"rssAfterMB\":%.2f,\"hwmMB\":%.2f,\"rssGrowthMB\":%.2f,\"rssSlopeKBps\":%.2f,\"offeredToSlowMB\":%.2f,"
          "\"slowClosedAtSec\":%.1f,\"gaps\":%llu,\"cpu\":%.3f,",
          C, r, payload, secs, p0.rss / 1048576.0, p1.rss / 1048576.0, p1.hwm / 1048576.0,
          (p1.rss - (double)p0.rss) / 1048576.0, slope / 1024, off / 1048576.0, closedAt, (unsigned long long)c_gaps,
          p1.cpu - p0.cpu);
  hjson(o, "latencyBeforeMs", &hlatA, 1e6);
  fputc(',', o);
  hjson(o, "latencyDuringMs", &hlat, 1e6);
  fprintf(o, ",\"rssSeriesMB\":[");
  for (int i = 0; i < n; i++) fprintf(o, "%s%.1f", i ? "," : "", series[i]);
  fputs("],", o);
  closes(o);
  fputs("}\n", o);
}

int main(int ac, char **av) {
  nargs = ac;
  args_ = av;
  port = optn("port", 9090);
  path = opt("path", "/reflector/");
  verbose = optn("verbose", 0);
  filesp = opt("files", 0);
  tickms = optn("tick", 50);
  payload = optn("payload", 200);
  char *ps = strdup(opt("pid", "")), *sv, *x;
  for (x = strtok_r(ps, ",", &sv); x && npids < 64; x = strtok_r(0, ",", &sv)) pids[npids++] = atoi(x);
  struct rlimit rl;
  getrlimit(RLIMIT_NOFILE, &rl);
  rl.rlim_cur = rl.rlim_max;
  setrlimit(RLIMIT_NOFILE, &rl);
  addr.sin_family = AF_INET;
  addr.sin_port = htons(port);
  inet_pton(AF_INET, "127.0.0.1", &addr.sin_addr);
  ep = epoll_create1(EPOLL_CLOEXEC);
  tfd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = 0};
  epoll_ctl(ep, EPOLL_CTL_ADD, tfd, &e);
  big = malloc(BIG + CARRY);
  const char *m = opt("mode", "run");
  if (!strcmp(m, "run"))
    mode_run(stdout);
  else if (!strcmp(m, "idle"))
    mode_idle(stdout);
  else if (!strcmp(m, "join"))
    mode_join(stdout);
  else if (!strcmp(m, "slow"))
    mode_slow(stdout);
  else
    die("mode=run, idle, join or slow, not %s", m);
  return 0;
}
