#include "commands/serve/serve.hpp"

#include <absl/cleanup/cleanup.h>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <limits>
#include <malloc.h>
#include <poll.h>
#include <span>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/core/files.hpp"
#include "cli/core/streams.hpp"
#include "cli/core/time.hpp"
#include "cli/files/part_below.hpp"
#include "commands/serve/certificates.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/composition.hpp"
#include "commands/serve/credentials.hpp"
#include "commands/serve/handover.hpp"
#include "commands/serve/privileges.hpp"
#include "commands/serve/ready.hpp"
#include "commands/serve/service_manager.hpp"
#include "commands/serve/thread.hpp"
#include "commands/serve/trouble.hpp"

namespace facio::serve {
namespace {

constexpr rlim_t kWantedDescriptors = 8192;
// The heap keeps this much freed memory. By default it returns a reply's memory after each request, and getting it again costs more than
// the rest of the request.
constexpr int kKeptHeapBytes = 4 * 1024 * 1024;
constexpr int kSeparateMappingBytes = 1024 * 1024;

sigset_t end_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

/// While it lives, SIGTERM, SIGINT and SIGHUP are delivered only through it. SIGPIPE and SIGXFSZ are ignored: a write to a client that is
/// gone, or beyond the limit of files, fails. Make it before the first thread.
class EndSignals {
 public:
  EndSignals();
  ~EndSignals();
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  /// What SIGHUP does, called from wait(); nothing before this.
  void on_hangup(UniqueFunction<void()> reload) { reload_ = std::move(reload); }

  /// Does this every so many milliseconds while it waits; -1: never.
  void every(std::int64_t tick_ms, UniqueFunction<void()> tick) {
    tick_ms_ = tick_ms;
    tick_ = std::move(tick);
  }

  enum class Event : std::uint8_t { signal, readable, time_out };
  /// Waits for a signal, for `fd` to become readable (-1: none), or for a time-out (-1: none).
  Event wait(int fd, std::int64_t timeout_ms);

 private:
  Descriptor signals_;
  void tick_when_due();

  UniqueFunction<void()> reload_, tick_;
  std::int64_t tick_ms_ = -1, ticked_us_ = 0;
};

EndSignals::EndSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  const sigset_t set = end_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = Descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

EndSignals::~EndSignals() {
  signalfd_siginfo dropped{};  // a signal that was meant for the server must not hit what comes after it
  while (::read(signals_.get(), &dropped, sizeof dropped) > 0) {
  }
  const sigset_t set = end_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void EndSignals::tick_when_due() {
  if (tick_ms_ < 0 || ticks_us() < ticked_us_ + tick_ms_ * 1000) return;
  ticked_us_ = ticks_us();
  (void)contained("a sign of life", tick_);
}

EndSignals::Event EndSignals::wait(int fd, std::int64_t timeout_ms) {
  const std::int64_t until_us = timeout_ms < 0 ? std::numeric_limits<std::int64_t>::max() : ticks_us() + timeout_ms * 1000;
  while (true) {
    tick_when_due();
    pollfd watched[2] = {{signals_.get(), POLLIN, 0}, {fd, POLLIN, 0}};
    const std::int64_t left_ms = (until_us - ticks_us()) / 1000;
    const std::int64_t sleep_ms = tick_ms_ < 0 ? left_ms : std::min(left_ms, tick_ms_);
    const bool endless = timeout_ms < 0 && tick_ms_ < 0;
    const int ready = ::poll(watched, 2, endless ? -1 : static_cast<int>(std::clamp<std::int64_t>(sleep_ms, 0, 3'600'000)));
    if (ready < 0 && errno == EINTR) continue;
    signalfd_siginfo taken{};
    if ((watched[0].revents & POLLIN) != 0 && ::read(signals_.get(), &taken, sizeof taken) == static_cast<ssize_t>(sizeof taken)) {
      if (taken.ssi_signo != SIGHUP) return Event::signal;
      if (reload_) (void)contained("a reload", reload_);
    }
    if (watched[1].revents != 0) return Event::readable;
    if (ticks_us() >= until_us || (timeout_ms >= 0 && left_ms <= 0)) return Event::time_out;
  }
}

/// Files that must not outlive the server.
struct Leftovers {
  Leftovers() = default;
  Leftovers(const Leftovers&) = delete;
  Leftovers& operator=(const Leftovers&) = delete;
  ~Leftovers() { remove(); }
  void remove() const {
    forget_credentials(credentials);
    if (!socket.empty()) ::unlink(socket.c_str());
    if (!pid_file.empty()) ::unlink(pid_file.c_str());
  }
  /// For the program that replaces this one.
  void keep() {
    socket.clear();
    pid_file.clear();
    credentials = {};
  }
  Credentials credentials;
  std::string socket, pid_file;
};

Status write_pid_file(const std::string& path, Leftovers& leftovers) {
  if (path.empty()) return {};
  // It is removed at the end, so it must be a file of its own: never a device or a link.
  if (auto written = replace_file(path, std::to_string(::getpid()) + "\n", 0644, Durable::no); !written)
    return fail(Error(Code::output, "--pid-file: " + written.error().message()).with_field("pid-file"));
  leftovers.pid_file = path;
  return {};
}

void print_error(Streams& streams, const std::string& text) {
  if (say_to_journal(text)) return;
  (void)streams.err.write(text);
  (void)streams.err.flush();
}

/// The context of the client that leads to this server; empty when none could be written, which is a warning.
Result<std::string> context_of(Announce& announce, const std::string& url, const std::string& token_file, const std::string& ca_file,
                               Streams& streams) {
  if (!announce) return "";
  auto name = announce(url, token_file, ca_file);
  if (name || name.error().code() == Code::conflict) return name;
  print_error(streams, "warning: " + name.error().message() + "\n");
  return "";
}

/// What the OpenAI interface asks for is said where others reach it: it differs from what the contract leads to expect, or is dangerous.
void say_who_may_chat(const ServeOptions& options, Streams& streams) {
  if (!options.reached_by_others()) return;
  print_error(streams, options.open_v1 ? "warning: anyone who reaches this server can use /v1 without a token (--open-v1)\n"
                                       : "note: others can reach this server, so /v1 requires the management token; --open-v1 opens it\n");
}

/// Announces the server: one line on standard output, or on standard error after a restart in place.
Status say_ready(const ServeOptions& options, const ReadyFacts& facts, bool again, Streams& streams) {
  if (again) {
    print_error(streams, "restarted " + facts.url + " in " + std::to_string(facts.took_ms) + "ms\n");
  } else {
    if (streams.out.is_terminal() && options.management) {
      const std::string token = facts.token_file.empty() ? std::string("$FACIO_MANAGEMENT_TOKEN") : facts.token_file;
      const std::string named = facts.context.empty() ? std::string() : " --context " + facts.context;
      print_error(streams, "token: " + token + "\ntry: facioctl" + named + " health\nstop: Ctrl-C\n");
    }
    if (auto status = streams.out.write(ready_line(facts)); !status) return status;
    if (auto status = streams.out.flush(); !status) return status;
    if (options.ready_fd >= 0)
      if (auto status = write_and_close(options.ready_fd, ready_json(facts)); !status) return status;
  }
  return {};
}

extern "C" char __executable_start, etext;  // NOLINT: names of the linker

/// Releases the pages of code that only the start needed. They are unchanged pages of the program's file: those needed again are mapped
/// again.
void forget_start() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto first = (reinterpret_cast<std::uintptr_t>(&__executable_start) + page - 1) / page * page;
  const auto last = reinterpret_cast<std::uintptr_t>(&etext) / page * page;
  if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);  // NOLINT(performance-no-int-to-ptr)
#endif
}

/// Many connections need many descriptors.
void prepare_process() {
  ::mallopt(M_TRIM_THRESHOLD, kKeptHeapBytes);
  ::mallopt(M_MMAP_THRESHOLD, kSeparateMappingBytes);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = std::max(files.rlim_cur, std::min<rlim_t>(files.rlim_max, kWantedDescriptors));
  ::setrlimit(RLIMIT_NOFILE, &files);
}

/// Programs (git, bwrap) are not looked for where the agent writes. Before any other thread exists.
void look_for_programs_outside(const std::string& workspace) {
  const std::string path(own_variable(Variable::path));
  if (path.empty() || workspace.empty()) return;
  if (const std::string outside = path_outside(path, workspace); outside != path) ::setenv("PATH", outside.c_str(), 1);
}

/// The last: something goes on that does not hear, or a second signal came.
enum class Ending : std::uint8_t { stopped, restart, cut_off };

/// Running turns get this long when the agent is only restarted, since new connections wait meanwhile.
constexpr std::int64_t kTurnsAtRestartMs = 2000;
/// After the grace period, for what was cut off: programs of MCP servers are closed, then ended. What takes longer does not hear.
constexpr std::int64_t kDeafMs = 8000;
constexpr int kMostTries = 100, kBetweenTriesMs = 50;

/// Waits as EndSignals; the first signal during a restart only turns it into a stop.
EndSignals::Event wait_for_end(EndSignals& signals, int fd, std::int64_t timeout_ms, Ending& ending) {
  auto event = signals.wait(fd, timeout_ms);
  if (event != EndSignals::Event::signal || ending != Ending::restart) return event;
  ending = Ending::stopped;
  return signals.wait(fd, timeout_ms);
}

/// The certificates of --tls, null without it; says what is to be known about them.
Result<std::unique_ptr<Certificates>> open_certificates(const ServeOptions& options, Streams& streams) {
  auto certificates = Certificates::open(options);
  if (!certificates || !*certificates) return certificates;
  if (const std::string warning = (*certificates)->warning(); !warning.empty()) print_error(streams, "warning: " + warning + "\n");
  return certificates;
}

/// Takes in what has changed outside; what cannot be used is said, and the old goes on.
void reload(Certificates* certificates, Streams& streams) {
  if (certificates == nullptr) return;
  const Status done = certificates->reload();
  if (!done) print_error(streams, "warning: " + done.error().message() + "; the previous certificates stay in use\n");
  else if (const std::string warning = certificates->warning(); !warning.empty()) print_error(streams, "warning: " + warning + "\n");
}

/// Serves until a signal ends it, or a restart is asked for (true).
bool restart_is_wanted(EndSignals& signals, int restart_fd, Certificates* certificates, Streams& streams) {
  while (true) {
    const auto event = signals.wait(restart_fd, certificates != nullptr && certificates->renews() ? kDayMs : -1);
    if (event == EndSignals::Event::readable) return true;
    if (event == EndSignals::Event::signal) return false;
    reload(certificates, streams);
  }
}

/// Who can reach the server follows from the most open of sockets that it did not open itself.
void remember_address(const Listening& listening, ServeOptions& options) {
  for (const int socket : listening.sockets)
    if (auto address = address_of_socket(socket, options.tls.on()); address && !address->loopback) options.listen = std::move(*address);
}

/// The sockets of before a restart, else those of a service manager, else the server's own.
Result<Listening> listen_somewhere(ServeOptions& options, const Environment& environment, std::optional<Listening> handed) {
  if (handed) {
    if (handed->borrowed) remember_address(*handed, options);
    return std::move(*handed);
  }
  auto given = activated(options, environment);
  if (!given) return fail(std::move(given.error()));
  return *given ? Result<Listening>(std::move(**given)) : listen_on(options.listen, options.threads);
}

/// The address for clients on this machine: one of no particular address is reached by loopback, which certificates name.
std::string for_this_machine(std::string url) {
  for (const auto& [any, loopback] : {std::pair{"://0.0.0.0:", "://127.0.0.1:"}, {"://[::]:", "://[::1]:"}})
    if (const auto found = url.find(any); found != std::string::npos) url.replace(found, std::string_view(any).size(), loopback);
  return url;
}

/// What it takes to stop. Its descriptors are made before the first client can come: later there may be none left.
struct Stopping {
  const ServeOptions& options;
  Composition& parts;
  EndSignals& signals;
  Handover& handover;
  Streams& streams;
  const ServiceManager manager;
  int finished;  ///< readable when the services have ended
};

/// Serves until a signal ends it, or a restart is asked for (true); the service manager hears what happens meanwhile.
bool serve_until_end(Stopping& all, Certificates* certificates, const std::string& url) {
  all.manager.ready(url);
  // Without a sign of every I/O thread there is none of the server, and the service manager starts another one.
  all.signals.every(all.manager.sign_every_ms(), [&all] {
    if (all.parts.is_alive()) all.manager.alive();
  });
  all.signals.on_hangup([&all, &url, certificates] {
    all.manager.reloading("reading its files again");
    const absl::Cleanup told = [&] { all.manager.ready(url); };
    reload(certificates, all.streams);
    if (auto done = all.parts.reload(); !done) print_error(all.streams, "facioctl: reload: " + done.error().message() + "\n");
  });
  const bool restart = restart_is_wanted(all.signals, all.parts.restart_fd(), certificates, all.streams);
  all.signals.on_hangup({});
  return restart;
}

/// A thread is sure to become free now that everything ends.
Result<Thread> start_finisher(Stopping& all, std::int64_t left_ms) {
  for (int tries = 0;; ++tries) {
    auto thread = Thread::start("the end", [&parts = all.parts, left_ms, finished = all.finished] {
      parts.finish(left_ms);
      (void)::eventfd_write(finished, 1);
    });
    if (thread || tries == kMostTries) return thread;
    ::poll(nullptr, 0, kBetweenTriesMs);
  }
}

/// Ends the services in a thread of its own, unless a signal arrives before they have ended, or something in them does not end.
Ending finish(Stopping& all, std::int64_t left_ms, Ending ending) {
  auto finisher = start_finisher(all, left_ms);
  const auto event = finisher ? wait_for_end(all.signals, all.finished, left_ms + kDeafMs, ending) : EndSignals::Event::time_out;
  if (event == EndSignals::Event::readable) {
    finisher->join();
    return ending;
  }
  if (finisher) finisher->detach();
  if (event == EndSignals::Event::time_out)
    print_error(all.streams, "facioctl: something did not stop in time; the server exits without it\n");
  return Ending::cut_off;
}

/// The grace period is for requests first, then for runs. A second signal ends all waiting.
Ending stop(Stopping& all, bool restart) {
  const ServeOptions& options = all.options;
  Composition& parts = all.parts;
  EndSignals& signals = all.signals;
  if (restart) all.manager.reloading("restarting in place");
  else all.manager.stopping();
  signals.every(all.manager.sign_every_ms(), [&all] { all.manager.alive(); });  // this thread bounds what follows
  Ending ending = restart ? Ending::restart : Ending::stopped;
  const std::int64_t began_us = ticks_us();
  if (!restart) all.handover.give_up();  // new clients are refused at once; those of a restart wait for the new program
  (void)contained("the end", [&parts] { parts.begin_stop(); });
  const auto event = wait_for_end(signals, parts.ended_fd(), options.grace_ms, ending);
  if (ending != Ending::restart) all.handover.give_up();
  if (event == EndSignals::Event::signal) return Ending::cut_off;
  if (event == EndSignals::Event::time_out) (void)contained("the end", [&parts] { parts.abort(); });
  std::int64_t left_ms = options.grace_ms - (ticks_us() - began_us) / 1000;
  if (ending == Ending::restart) left_ms = std::min(left_ms, kTurnsAtRestartMs);
  return finish(all, std::max<std::int64_t>(left_ms, 0), ending);
}

}  // namespace

Result<int> serve(ServeOptions options, Streams& streams, const Environment& environment, Announce announce) {
  const std::int64_t began_us = ticks_us();
  prepare_process();
  look_for_programs_outside(options.workspace);
  for (const std::string& kept : give_up_privileges())
    print_error(streams, "warning: the server could not drop a privilege: " + kept + "\n");
  EndSignals signals;
  Leftovers leftovers;
  auto handed = handed_over(environment);
  const bool again = handed.has_value();
  auto listening = listen_somewhere(options, environment, std::move(handed));
  if (!listening) return fail(std::move(listening.error()));
  leftovers.socket = listening->unix_path;
  auto credentials = find_credentials(options);
  if (!credentials) return fail(std::move(credentials.error()));
  leftovers.credentials = std::move(*credentials);
  Handover handover(*listening);
  const Descriptor finished(::eventfd(0, EFD_CLOEXEC));
  if (finished.get() < 0) return fail(Code::unavailable, "the system has no file descriptor left for the server");
  auto certificates = open_certificates(options, streams);
  if (!certificates) return fail(std::move(certificates.error()));
  TlsServer* const tls = *certificates ? &(*certificates)->server() : nullptr;
  auto parts = Composition::start(options, leftovers.credentials, std::span(&*listening, 1), tls);
  if (!parts) return fail(std::move(parts.error()));
  if (auto status = write_pid_file(options.pid_file, leftovers); !status) return fail(std::move(status.error()));
  const std::string& token_file = leftovers.credentials.token_file;
  const std::string ca_file = *certificates ? (*certificates)->ca_file() : std::string{};
  auto context =
      options.management ? context_of(announce, for_this_machine(listening->url), token_file, ca_file, streams) : Result<std::string>("");
  if (!context) return fail(std::move(context.error()));
  const ReadyFacts facts{.url = listening->url,
                         .pid = ::getpid(),
                         .token_file = token_file,
                         .ca_file = ca_file,
                         .data = options.memory ? std::string{} : options.data,
                         .context = std::move(*context),
                         .took_ms = (ticks_us() - began_us) / 1000};
  if (!again) say_who_may_chat(options, streams);
  if (auto status = say_ready(options, facts, again, streams); !status) return fail(std::move(status.error()));
  for (const std::string& remark : (*parts)->remarks()) print_error(streams, "warning: " + remark + "\n");
  forget_start();
  Stopping stopping{options, **parts, signals, handover, streams, ServiceManager(options), finished.get()};
  const bool restart = serve_until_end(stopping, certificates->get(), listening->url);
  switch (stop(stopping, restart)) {
    case Ending::stopped: return 0;
    case Ending::restart:
      parts->reset();
      certificates->reset();
      leftovers.keep();
      return fail(handover.start_again());
    case Ending::cut_off: break;
  }
  // What was acknowledged is durable, and what is unfinished is recovered at the next start: exiting here loses nothing.
  leftovers.remove();
  if (*certificates) (*certificates)->remove_temporary();
  std::_Exit(info(Code::failed).exit);
}

}  // namespace facio::serve
