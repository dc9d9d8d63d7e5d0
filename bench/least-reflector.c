// The least that a reflector can do, for comparison: what it costs is what the kernel asks of any program. One thread,
// epoll, one write for each client and turn. It speaks as much of the protocol as loadgen.c needs for its modes run and
// idle, trusts what it reads, and keeps nothing. Linux only. It listens on 127.0.0.1 alone.
//
//   gcc -O2 -o least-reflector least-reflector.c && ./least-reflector PORT
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MAX_SESSIONS 65536
#define MAX_EVENTS 512
// Of what one client sends between two turns; a frame has to fit in.
#define READ_BYTES 262144
#define NEVER UINT64_MAX

// An answer that loadgen.c takes without a look at the key.
static const char UPGRADED[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

typedef struct {
  uint8_t *data;
  size_t length, capacity;
} Bytes;

typedef struct Session Session;

typedef struct Client {
  int fd; // -1: closed
  bool is_upgraded;
  bool is_member;
  Session *session;
  size_t place; // among the members
  Bytes in;     // the start of a frame that has not come as a whole
  Bytes out;    // what the socket did not take
  struct Client *next_closed;
} Client;

struct Session {
  char id[64];
  Client **members;
  size_t count, capacity;
  uint32_t seq;
  uint64_t start_ns, tick_ns, due_ns;
  Bytes turn; // frames of this turn, for all members
  bool is_dirty;
  Session *next_in_bucket;
};

static Session *buckets[MAX_SESSIONS], *sessions[MAX_SESSIONS], *dirty[MAX_SESSIONS];
static size_t session_count, dirty_count;
static uint64_t earliest_due_ns = NEVER; // no session is due before
static Client *closed;
static int epoll;

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void append(Bytes *to, const void *data, size_t length) {
  if (to->capacity < to->length + length) {
    to->capacity = 2 * (to->length + length);
    to->data = realloc(to->data, to->capacity);
  }
  memcpy(to->data + to->length, data, length);
  to->length += length;
}

// A text frame; its text comes in two pieces.
static void append_frame(Bytes *to, const char *head, size_t head_length, const uint8_t *tail, size_t tail_length) {
  size_t length = head_length + tail_length;
  uint8_t start[4] = {0x81, length, length >> 8, length};
  bool is_short = length < 126;
  if (!is_short) start[1] = 126;
  append(to, start, is_short ? 2 : 4);
  append(to, head, head_length);
  append(to, tail, tail_length);
}

// ---------------------------------------------------------------- sessions

static Session *session_of(const char *id, size_t length) {
  uint32_t hash = 5381;
  for (size_t i = 0; i < length; i++) hash = hash * 33 + (uint8_t)id[i];
  Session **bucket = &buckets[hash % MAX_SESSIONS];
  for (Session *each = *bucket; each; each = each->next_in_bucket)
    if (strlen(each->id) == length && !memcmp(each->id, id, length)) return each;
  Session *session = calloc(1, sizeof *session);
  if (session_count == MAX_SESSIONS || length >= sizeof session->id) {
    fputs("more sessions, or a longer id, than it is made for\n", stderr);
    exit(2);
  }
  memcpy(session->id, id, length);
  session->start_ns = now_ns();
  session->due_ns = NEVER;
  session->next_in_bucket = *bucket;
  sessions[session_count++] = *bucket = session;
  return session;
}

static uint64_t teatime(const Session *session, uint64_t now) { return (now - session->start_ns) / 1000000; }

// A tick is due when there was nothing else for so long.
static void postpone_tick(Session *session, uint64_t now) {
  session->due_ns = now + session->tick_ns;
  if (session->due_ns < earliest_due_ns) earliest_due_ns = session->due_ns;
}

static void tell(Session *session, const char *head, size_t head_length, const uint8_t *tail, size_t tail_length) {
  append_frame(&session->turn, head, head_length, tail, tail_length);
  if (session->is_dirty) return;
  session->is_dirty = true;
  dirty[dirty_count++] = session;
}

// ---------------------------------------------------------------- clients

static void close_client(Client *client) {
  if (client->fd < 0) return;
  close(client->fd);
  client->fd = -1;
  client->next_closed = closed; // events of this turn may still name it
  closed = client;
  if (!client->is_member) return;
  Session *session = client->session;
  Client *last = session->members[--session->count];
  session->members[client->place] = last;
  last->place = client->place;
  if (session->count == 0) session->due_ns = NEVER;
}

static void watch(Client *client, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = client};
  epoll_ctl(epoll, EPOLL_CTL_MOD, client->fd, &event);
}

static void write_to(Client *client, const uint8_t *data, size_t length) {
  ssize_t taken = 0;
  if (client->fd < 0) return;
  if (client->out.length == 0) {
    taken = send(client->fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken < 0 && errno != EAGAIN) return;
    if (taken < 0) taken = 0;
    if ((size_t)taken == length) return;
    watch(client, EPOLLIN | EPOLLOUT);
  }
  append(&client->out, data + taken, length - taken);
}

static void write_rest(Client *client) {
  Bytes *out = &client->out;
  ssize_t taken = send(client->fd, out->data, out->length, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (taken <= 0) return;
  out->length -= taken;
  memmove(out->data, out->data + taken, out->length);
  if (out->length == 0) watch(client, EPOLLIN);
}

static void flush(Session *session) {
  for (size_t i = 0; i < session->count; i++) write_to(session->members[i], session->turn.data, session->turn.length);
  session->turn.length = 0;
  session->is_dirty = false;
}

// ---------------------------------------------------------------- messages

static void join(Client *client, const uint8_t *text, size_t length) {
  static Bytes frame;
  char head[300];
  Session *session = client->session;
  uint64_t now = now_ns();
  const char *tick = memmem(text, length, "\"tick\":", 7);
  session->tick_ns = (tick ? atof(tick + 7) : 50) * 1e6;
  flush(session); // what was said before is not for it
  int n = snprintf(head, sizeof head,
                   "{\"id\":\"%s\",\"action\":\"SYNC\",\"args\":{\"url\":\"\",\"time\":%llu,\"seq\":%u,"
                   "\"reflector\":\"least\",\"timeline\":\"one\",\"flags\":{},\"messages\":[]}}",
                   session->id, (unsigned long long)teatime(session, now), session->seq);
  frame.length = 0;
  append_frame(&frame, head, n, NULL, 0);
  write_to(client, frame.data, frame.length);
  if (session->count == session->capacity) {
    session->capacity = 2 * session->capacity + 8;
    session->members = realloc(session->members, session->capacity * sizeof *session->members);
  }
  client->place = session->count;
  client->is_member = true;
  session->members[session->count++] = client;
  if (session->due_ns == NEVER) postpone_tick(session, now);
}

// Time and seq take the place of the first two elements of args; the rest goes on as it came.
static void reflect(Session *session, const uint8_t *text, size_t length) {
  char head[200];
  const uint8_t *end = text + length, *at = memmem(text, length, "\"args\":[", 8);
  for (int commas = 0; at && commas < 2; commas++) at = memchr(at + 1, ',', end - at - 1);
  if (!at) return;
  uint64_t now = now_ns();
  session->seq++;
  int n = snprintf(head, sizeof head, "{\"id\":\"%s\",\"action\":\"RECV\",\"args\":[%llu,%u", session->id,
                   (unsigned long long)teatime(session, now), session->seq);
  tell(session, head, n, at, end - at);
  postpone_tick(session, now);
}

static void handle(Client *client, const uint8_t *text, size_t length) {
  const uint8_t *action = memmem(text, length, "\"action\":\"", 10);
  if (!action) return;
  if (!memcmp(action + 10, "SEND", 4)) reflect(client->session, text, length);
  if (!memcmp(action + 10, "JOIN", 4) && !client->is_member) join(client, text, length);
}

// Returns how many bytes of the request are done with: all of it, or none.
static size_t upgrade(Client *client, uint8_t *data, size_t length) {
  uint8_t *end = memmem(data, length, "\r\n\r\n", 4);
  if (!end) return 0;
  uint8_t *path = memchr(data, ' ', length) + 1, *path_end = memchr(path, ' ', end - path);
  uint8_t *id = (uint8_t *)memrchr(path, '/', path_end - path) + 1;
  client->session = session_of((char *)id, path_end - id);
  client->is_upgraded = true;
  write_to(client, (const uint8_t *)UPGRADED, sizeof UPGRADED - 1);
  return end + 4 - data;
}

// Returns how many bytes the frame has that is first here; 0 if it is not here as a whole.
static size_t take_frame(Client *client, uint8_t *data, size_t length) {
  if (length < 6) return 0;
  size_t size = data[1] & 127, start = 2;
  if (size == 126) {
    if (length < 8) return 0;
    size = data[2] << 8 | data[3];
    start = 4;
  } else if (size == 127) {
    close_client(client);
    return 0;
  }
  uint8_t *mask = data + start, *text = mask + 4;
  if (length < start + 4 + size) return 0;
  for (size_t i = 0; i < size; i++) text[i] ^= mask[i & 3];
  int opcode = data[0] & 15;
  if (opcode == 1) handle(client, text, size);
  if (opcode == 8) close_client(client);
  return start + 4 + size;
}

static void read_from(Client *client) {
  static uint8_t data[READ_BYTES];
  Bytes *in = &client->in;
  memcpy(data, in->data, in->length);
  ssize_t got = recv(client->fd, data + in->length, sizeof data - in->length, MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    close_client(client);
    return;
  }
  size_t length = in->length + got, done = 0, taken;
  if (!client->is_upgraded) done = upgrade(client, data, length);
  while (client->is_upgraded && client->fd >= 0 && (taken = take_frame(client, data + done, length - done))) done += taken;
  in->length = 0;
  append(in, data + done, length - done);
}

// ---------------------------------------------------------------- turns

static void accept_client(int listener) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), on = 1;
  if (fd < 0) return;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Client *client = calloc(1, sizeof *client);
  client->fd = fd;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void tick_all(void) {
  uint64_t now = now_ns();
  if (now < earliest_due_ns) return;
  earliest_due_ns = NEVER;
  for (size_t i = 0; i < session_count; i++) {
    Session *session = sessions[i];
    if (session->due_ns <= now) {
      char text[200];
      int n = snprintf(text, sizeof text, "{\"id\":\"%s\",\"action\":\"TICK\",\"args\":%llu}", session->id,
                       (unsigned long long)teatime(session, now));
      tell(session, text, n, NULL, 0);
      session->due_ns += session->tick_ns;
      if (session->due_ns < now) session->due_ns = now + session->tick_ns;
    }
    if (session->due_ns < earliest_due_ns) earliest_due_ns = session->due_ns;
  }
}

static void free_closed(void) {
  while (closed) {
    Client *client = closed;
    closed = client->next_closed;
    free(client->in.data);
    free(client->out.data);
    free(client);
  }
}

static int timeout_ms(void) {
  if (earliest_due_ns == NEVER) return -1;
  uint64_t now = now_ns();
  return now >= earliest_due_ns ? 0 : (earliest_due_ns - now + 999999) / 1000000;
}

static int listen_on(int port) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
    perror("the port");
    exit(2);
  }
  return listener;
}

int main(int count, char **arguments) {
  if (count != 2) {
    fputs("usage: least-reflector PORT\n", stderr);
    return 2;
  }
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  int listener = listen_on(atoi(arguments[1]));
  epoll = epoll_create1(0);
  struct epoll_event listening = {.events = EPOLLIN, .data.ptr = NULL}, events[MAX_EVENTS];
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &listening);
  for (;;) {
    int ready = epoll_wait(epoll, events, MAX_EVENTS, timeout_ms());
    for (int i = 0; i < ready; i++) {
      Client *client = events[i].data.ptr;
      if (!client) accept_client(listener);
      else {
        if (client->fd >= 0 && events[i].events & EPOLLOUT) write_rest(client);
        if (client->fd >= 0 && events[i].events & ~(uint32_t)EPOLLOUT) read_from(client);
      }
    }
    tick_all();
    for (size_t i = 0; i < dirty_count; i++) flush(dirty[i]);
    dirty_count = 0;
    free_closed();
  }
}
