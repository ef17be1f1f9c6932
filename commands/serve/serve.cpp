#include "commands/serve/serve.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <span>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include "commands/serve/composition.hpp"
#include "commands/serve/credentials.hpp"
#include "commands/serve/handover.hpp"
#include "commands/serve/http/ticks.hpp"
#include "commands/serve/ready.hpp"
#include "commands/serve/signals.hpp"

namespace facio::serve {
namespace {

constexpr rlim_t kWantedDescriptors = 8192;
// The heap keeps this much of what was freed. The default gives a reply's memory back after each request, and to get it again costs
// more than all the rest of the request.
constexpr int kKeptHeapBytes = 4 * 1024 * 1024;
constexpr int kSeparateMappingBytes = 1024 * 1024;

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
  /// For the program that takes this one's place.
  void keep() {
    socket.clear();
    pid_file.clear();
    credentials = {};
  }
  Credentials credentials;
  std::string socket, pid_file;
};

Status write_pid_file(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "we");
  const std::string text = std::to_string(::getpid()) + "\n";
  const bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int error = errno;
  if (file != nullptr) std::fclose(file);
  if (written) return {};
  return fail(Error(Code::usage, "--pid-file: cannot write " + path + ": " + system_reason(error)).with_field("pid-file"));
}

/// One line on standard output, once for each server: a restart in place tells it to standard error.
Status say_ready(const ServeOptions& options, const ReadyFacts& facts, bool again, Streams& streams) {
  if (again) {
    (void)streams.err.write("restarted " + facts.url + " in " + std::to_string(facts.took_ms) + "ms\n");
    (void)streams.err.flush();
  } else {
    if (streams.out.is_terminal() && options.management) {
      const std::string token = facts.token_file.empty() ? std::string("$FACIO_MANAGEMENT_TOKEN") : facts.token_file;
      (void)streams.err.write("token: " + token + "\ntry: facioctl --context local health\nstop: Ctrl-C\n");
      (void)streams.err.flush();
    }
    if (auto status = streams.out.write(ready_line(facts)); !status) return status;
    if (auto status = streams.out.flush(); !status) return status;
    if (options.ready_fd >= 0) {
      if (auto status = write_and_close(options.ready_fd, ready_json(facts)); !status) return status;
    }
  }
  notify_service_manager(options.notify_socket, "READY=1\nMAINPID=" + std::to_string(facts.pid) + "\n");
  return {};
}

extern "C" char __executable_start, etext;  // NOLINT: names of the linker

/// Gives back the pages of code that only the start needed. They are unchanged pages of the program's file: what is needed again is
/// mapped again.
void forget_start() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto first = (reinterpret_cast<std::uintptr_t>(&__executable_start) + page - 1) / page * page;
  const auto last = reinterpret_cast<std::uintptr_t>(&etext) / page * page;
  if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);  // NOLINT(performance-no-int-to-ptr)
#endif
}

/// Secrets stay out of core dumps (leak checkers need to look into the process), and many connections need many descriptors.
void prepare_process() {
  ::mallopt(M_TRIM_THRESHOLD, kKeptHeapBytes);
  ::mallopt(M_MMAP_THRESHOLD, kSeparateMappingBytes);
#ifndef __SANITIZE_ADDRESS__
  ::prctl(PR_SET_DUMPABLE, 0);
#endif
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = std::max(files.rlim_cur, std::min<rlim_t>(files.rlim_max, kWantedDescriptors));
  ::setrlimit(RLIMIT_NOFILE, &files);
}

enum class Ending : std::uint8_t { stopped, restart, cut_off };

/// Turns that go on get this long when the agent is only restarted: clients wait at the door meanwhile.
constexpr std::int64_t kTurnsAtRestartMs = 2000;

/// Ends the services while a thread of its own waits for them; true when a signal came before they had ended.
bool signalled_while_finishing(Composition& parts, EndSignals& signals, std::int64_t left_ms, bool restart, Ending& ending) {
  const int finished = ::eventfd(0, EFD_CLOEXEC);
  std::thread finisher([&parts, left_ms, finished] {
    parts.finish(std::max<std::int64_t>(left_ms, 0));
    const std::uint64_t one = 1;
    (void)!::write(finished, &one, sizeof one);
  });
  bool signalled = signals.wait(finished, -1) == EndSignals::Event::signal;
  if (signalled && restart) {  // the first one: not to start again, but to end
    ending = Ending::stopped;
    signalled = signals.wait(finished, -1) == EndSignals::Event::signal;
  }
  if (signalled) {
    finisher.detach();
    return true;
  }
  finisher.join();
  ::close(finished);
  return false;
}

/// Requests get the grace first, runs that go on what is left of it. When a second signal comes nothing is waited for.
Ending stop(const ServeOptions& options, Composition& parts, EndSignals& signals, bool restart) {
  notify_service_manager(options.notify_socket, restart ? "RELOADING=1\n" : "STOPPING=1\n");
  Ending ending = restart ? Ending::restart : Ending::stopped;
  const std::int64_t began_us = ticks_us();
  parts.begin_stop();
  auto event = signals.wait(parts.ended_fd(), options.grace_ms);
  if (event == EndSignals::Event::signal && restart) {
    ending = Ending::stopped;
    event = signals.wait(parts.ended_fd(), options.grace_ms);
  }
  if (event == EndSignals::Event::signal) return Ending::cut_off;
  if (event == EndSignals::Event::time_out) parts.abort();
  std::int64_t left_ms = options.grace_ms - (ticks_us() - began_us) / 1000;
  if (ending == Ending::restart) left_ms = std::min(left_ms, kTurnsAtRestartMs);
  if (signalled_while_finishing(parts, signals, left_ms, ending == Ending::restart, ending)) return Ending::cut_off;
  return ending;
}

}  // namespace

Result<int> serve(const ServeOptions& options, Streams& streams, const Environment& environment, Announce announce) {
  const std::int64_t began_us = ticks_us();
  prepare_process();
  EndSignals signals;
  Leftovers leftovers;
  auto handed = handed_over(environment);
  const bool again = handed.has_value();
  auto listening = again ? Result<Listening>(std::move(*handed)) : listen_on(options.listen, options.threads);
  if (!listening) return fail(std::move(listening.error()));
  leftovers.socket = listening->unix_path;
  auto credentials = find_credentials(options);
  if (!credentials) return fail(std::move(credentials.error()));
  leftovers.credentials = std::move(*credentials);
  const Handover handover(*listening);
  auto parts = Composition::start(options, leftovers.credentials, std::span(&*listening, 1));
  if (!parts) return fail(std::move(parts.error()));
  if (!options.pid_file.empty()) {
    if (auto status = write_pid_file(options.pid_file); !status) return fail(std::move(status.error()));
    leftovers.pid_file = options.pid_file;
  }
  const std::string& token_file = leftovers.credentials.token_file;
  if (announce && options.management) {
    if (auto told = announce(listening->url, token_file); !told) {
      (void)streams.err.write("warning: " + told.error().message() + "\n");
      (void)streams.err.flush();
    }
  }
  const ReadyFacts facts{.url = listening->url,
                         .pid = ::getpid(),
                         .token_file = token_file,
                         .data = options.memory ? std::string{} : options.data,
                         .took_ms = (ticks_us() - began_us) / 1000};
  if (auto status = say_ready(options, facts, again, streams); !status) return fail(std::move(status.error()));
  forget_start();
  const bool restart = signals.wait((*parts)->restart_fd(), -1) == EndSignals::Event::readable;
  switch (stop(options, **parts, signals, restart)) {
    case Ending::stopped: return 0;
    case Ending::restart:
      parts->reset();
      leftovers.keep();
      return fail(handover.start_again());
    case Ending::cut_off: break;
  }
  // What was acknowledged is durable, and what goes on is recovered at the next start: ending here loses nothing.
  leftovers.remove();
  std::_Exit(info(Code::failed).exit);
}

}  // namespace facio::serve
