// The launcher: starts the sampler and the service, restarts either, and holds the kernel side.
//
// Its command line: launcher-options.h. With no sampler to start it becomes the service.
//
// A child's descriptor 3 is its channel to the launcher, descriptor 4 one end of the socket pair between the two
// children. The launcher keeps both ends of that pair open, and a copy of every descriptor the sampler hands it
// (BPF maps, perf events), so that a child that dies takes nothing with it.
//
// The sampler runs twice. Distributions' kernels may ask for SYS_ADMIN where perf events are opened: so the first run has
// what attaching takes, attaches, and ends; the one after it is started with what the sampler needs from then on.
//
// Messages (SOCK_SEQPACKET), sampler to launcher:
//   K NAME MAP_BYTES\nTEXT  + descriptor?   keep under NAME; with MAP_BYTES > 0 also keep it mapped (a perf ring
//                                           is freed with its last mapping)
//   D NAME                                  drop
//   A                                       all is attached: the service may start, and the sampler is started anew
//   L                                       which BPF programs are loaded: answered by `L ID…`
//   P ID                                    dump of a BPF program: `P BYTES TAG…` + descriptor, or `P -CODE`
// Launcher to either child: every kept item as `K …`, then `E` (`E attach` to a sampler that is to attach); to the service
// also later `K` and `D`.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <poll.h>
#include <time.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "channel.h"
#include "data-folder.h"
#include "errors.h"
#include "launched-child.h"
#include "program-answers.h"

namespace pilotlight {
namespace {

// A sampler that ends with this code has found a CPU that it may not attach with what it has.
constexpr int kAttachAgain = 77;
constexpr int kFirstRestartMs = 100;
constexpr int kLongestRestartMs = 5000;
// A child that ran this long is healthy: the next restart is quick again.
constexpr int kHealthyMs = 10000;
// What the service may take to write out what it has.
constexpr int kStopMs = 15000;

int64_t now_ms() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

struct Kept {
  std::string text;  // the message as it came
  UniqueFd fd;
  Mapping mapping;
};

struct Child {
  const char* name;
  UniqueFd pair_end;       // its end of the children's pair
  UniqueFd channel;        // our end of its channel
  pid_t pid = -1;
  int64_t started_ms = 0;
  int64_t restart_at_ms = 0;  // 0: not waiting
  int delay_ms = kFirstRestartMs;
};

class Launcher {
 public:
  /// `memlock`: the service's limit on locked memory.
  Launcher(const LauncherOptions& options, const rlimit& memlock) : options_(options), memlock_(memlock) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) fail("socketpair");
    sampler_.name = "sampler";
    sampler_.pair_end = UniqueFd(pair[0]);
    service_.name = "service";
    service_.pair_end = UniqueFd(pair[1]);
  }

  int run() {
    block_signals();
    start(sampler_);
    while (!done()) {
      wait_for_events();
      restart_due(sampler_);
      if (ready_) restart_due(service_);
    }
    return exit_code_;
  }

 private:
  void block_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset(&set, number);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    signals_ = UniqueFd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (signals_.get() < 0) fail("signalfd");
  }

  void start(Child& child) {
    int channel[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel)) fail("socketpair");
    child.channel = UniqueFd(channel[0]);
    UniqueFd other(channel[1]);
    const pid_t parent = getpid();
    child.pid = fork();
    if (child.pid < 0) fail("fork");
    if (child.pid == 0) become(child, other.get(), parent);
    child.started_ms = now_ms();
    child.restart_at_ms = 0;
    if (&child == &sampler_) attached_ = false;
    send_kept(child);
  }

  [[noreturn]] void become(const Child& child, int channel, pid_t parent) {
    // A terminal's Ctrl-C reaches the whole group; the order of stopping is the launcher's.
    setpgid(0, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const int first = fcntl(channel, F_DUPFD, 10), second = fcntl(child.pair_end.get(), F_DUPFD, 10);
    if (dup2(first, kChannelFd) < 0 || dup2(second, kPairFd) < 0) _exit(1);
    close_from(kPairFd + 1);
    if (&child == &service_) become_service(options_, memlock_, parent);
    become_sampler(options_, attaching_ ? options_.attach : options_.sampler, parent);
  }

  void send(Child& child, const std::string& text, int fd) {
    if (child.pid < 0) return;
    std::vector<int> fds;
    if (fd >= 0) fds.push_back(fd);
    try {
      send_message(child.channel.get(), text, fds, WhenFull::kWait);
    } catch (const SystemError&) {
      // It is dying: the next start sends everything again.
    }
  }

  void send_kept(Child& child) {
    for (auto& [name, kept] : kept_) send(child, kept.text, kept.fd.get());
    send(child, &child == &sampler_ && attaching_ ? "E attach" : "E", -1);
  }

  void wait_for_events() {
    pollfd waits[2] = {{signals_.get(), POLLIN, 0}, {sampler_.pid >= 0 ? sampler_.channel.get() : -1, POLLIN, 0}};
    if (poll(waits, 2, next_timeout()) < 0 && errno != EINTR) fail("poll");
    if (waits[1].revents & POLLIN) on_sampler_message();
    if (waits[0].revents & POLLIN) on_signals();
    if (stop_at_ms_ && now_ms() >= stop_at_ms_) kill_all(SIGKILL);
  }

  int next_timeout() const {
    int64_t until = stop_at_ms_;
    for (const Child* child : {&sampler_, &service_}) {
      if (child->restart_at_ms && (!until || child->restart_at_ms < until)) until = child->restart_at_ms;
    }
    return until ? static_cast<int>(std::max<int64_t>(0, until - now_ms())) : -1;
  }

  /// False at the end of what the sampler has sent.
  bool on_sampler_message() {
    Message message;
    if (!receive_message(sampler_.channel.get(), message)) {
      sampler_.channel = UniqueFd();
      return false;
    }
    UniqueFd fd(message.fds.empty() ? -1 : message.fds[0]);
    for (size_t i = 1; i < message.fds.size(); i++) close(message.fds[i]);
    const std::string& text = message.bytes;
    const std::string argument = text.size() > 2 ? text.substr(2) : "";
    switch (text[0]) {
      case 'K': keep(text, std::move(fd)); break;
      case 'D': drop(argument); break;
      case 'A': attached(); break;
      case 'L': answer(loaded_programs()); break;
      case 'P': answer(program_dump(argument)); break;
    }
    return true;
  }

  void answer(const ProgramAnswer& answer) { send(sampler_, answer.text, answer.fd.get()); }

  void drop(const std::string& name) {
    kept_.erase(name);
    if (ready_) send(service_, "D " + name, -1);
  }

  /// The sampler ends now; the next one has less.
  void attached() {
    attaching_ = false;
    attached_ = ready_ = true;
    if (service_.pid < 0 && !service_.restart_at_ms && !stopping()) start(service_);
  }

  void keep(const std::string& text, UniqueFd fd) {
    char name[64];
    size_t map_bytes = 0;
    if (sscanf(text.c_str(), "K %63s %zu", name, &map_bytes) != 2) return;
    Kept& kept = kept_[name];
    kept.text = text;
    kept.mapping = map_bytes ? Mapping(fd.get(), map_bytes) : Mapping();
    kept.fd = std::move(fd);
    if (ready_) send(service_, kept.text, kept.fd.get());
  }

  void on_signals() {
    signalfd_siginfo info;
    while (read(signals_.get(), &info, sizeof info) == sizeof info) {
      if (info.ssi_signo == SIGCHLD) {
        reap();
      } else if (!stopping()) {
        begin_stop();
      }
    }
  }

  void reap() {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
      if (pid == sampler_.pid) ended(sampler_, status);
      if (pid == service_.pid) ended(service_, status);
    }
  }

  void ended(Child& child, int status) {
    // What it had sent before it ended counts.
    if (&child == &sampler_) {
      while (sampler_.channel.get() >= 0 && on_sampler_message()) continue;
    }
    child.pid = -1;
    child.channel = UniqueFd();
    if (stopping()) {
      // The service has written out; now the sampler may go.
      if (&child == &service_ && sampler_.pid >= 0) kill(sampler_.pid, SIGTERM);
      return;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == kGiveUp) {
      exit_code_ = 1;
      begin_stop();
      return;
    }
    if (&child == &sampler_ && goes_on(status)) return;
    if (now_ms() - child.started_ms >= kHealthyMs) child.delay_ms = kFirstRestartMs;
    fprintf(stderr, "pilotlight: the %s ended (%s %d); starting it again in %d ms\n", child.name,
            WIFSIGNALED(status) ? "signal" : "exit code", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
            child.delay_ms);
    child.restart_at_ms = now_ms() + child.delay_ms;
    child.delay_ms = std::min(child.delay_ms * 2, kLongestRestartMs);
  }

  /// Whether the sampler is to be started at once, because its run was one that ends.
  bool goes_on(int status) {
    if (!ready_) kept_.clear();  // half a kit is of no use
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code == kAttachAgain) attaching_ = true;
    if (code != kAttachAgain && (code != 0 || !attached_)) return false;
    start(sampler_);
    return true;
  }

  void restart_due(Child& child) {
    if (!stopping() && child.restart_at_ms && now_ms() >= child.restart_at_ms) start(child);
  }

  bool stopping() const { return stop_at_ms_ != 0; }
  bool done() const { return stopping() && sampler_.pid < 0 && service_.pid < 0; }

  void begin_stop() {
    stop_at_ms_ = now_ms() + kStopMs;
    // First the service: it drains and stores what the logs still hold.
    if (service_.pid >= 0) {
      kill(service_.pid, SIGTERM);
    } else if (sampler_.pid >= 0) {
      kill(sampler_.pid, SIGTERM);
    }
  }

  void kill_all(int number) {
    for (const Child* child : {&sampler_, &service_}) {
      if (child->pid >= 0) kill(child->pid, number);
    }
    stop_at_ms_ = now_ms() + 1000;
  }

  const LauncherOptions& options_;
  const rlimit memlock_;
  Child sampler_, service_;
  UniqueFd signals_;
  std::map<std::string, Kept> kept_;
  // The sampler that runs, or the next one, is to attach.
  bool attaching_ = true;
  // This run of it has attached everything; one has.
  bool attached_ = false;
  bool ready_ = false;
  int64_t stop_at_ms_ = 0;
  int exit_code_ = 0;
};

/// Before Linux 5.11 BPF maps count as locked memory; later the rings of perf events still do.
rlimit lift_memlock() {
  rlimit before = {};
  getrlimit(RLIMIT_MEMLOCK, &before);
  const rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);  // refused without SYS_RESOURCE: the sampler says so where it matters
  return before;
}

void prepare_data(LauncherOptions& options) {
  if (!options.service_user) return;
  prepare_data_folder(options.data_dir, *options.service_user);
  char real[PATH_MAX];
  if (!realpath(options.data_dir.c_str(), real)) fail("realpath", options.data_dir);
  options.data_dir = real;
  options.needed.push_back(real);
}

int launch(int argc, char** argv) {
  LauncherOptions options = parse_launcher_options(argc, argv);
  close_from(3);
  prepare_data(options);
  const rlimit memlock = lift_memlock();
  if (options.sampler_argv.empty()) become_service(options, memlock, 0);
  limit_capabilities(options.launcher);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) fail("prctl", "PR_SET_NO_NEW_PRIVS");
  return Launcher(options, memlock).run();
}

}  // namespace
}  // namespace pilotlight

int main(int argc, char** argv) {
  try {
    return pilotlight::launch(argc, argv);
  } catch (const std::exception& error) {
    fprintf(stderr, "pilotlight: %s\n", error.what());
    return 1;
  }
}
