#include "cli/command_line/login.hpp"

#include <algorithm>

#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/qr_code.hpp"
#include "cli/output/render.hpp"

namespace facio {
namespace {

volatile std::sig_atomic_t arrived_signal = 0;

/// Whether stderr can show half-block characters.
bool can_draw(Client& client) {
  const Environment& environment = client.environment();
  if (!client.streams().err.is_terminal() || client.invocation().global.output.accessible || environment.get(Variable::term) == "dumb")
    return false;
  std::string_view locale;
  for (const Variable name : {Variable::lc_all, Variable::lc_ctype, Variable::lang})
    if (locale.empty()) locale = environment.get(name);
  const std::string charset = lower(locale);
  return charset.find("utf-8") != std::string::npos || charset.find("utf8") != std::string::npos;
}

}  // namespace

Interrupts::Interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int signal) { arrived_signal = signal; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (int i = 0; i < 2; ++i) ::sigaction(kSignals[i], &action, &before_[i]);
}
Interrupts::~Interrupts() {
  for (int i = 0; i < 2; ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
}

int Interrupts::arrived() { return arrived_signal; }

void Interrupts::pause(std::chrono::milliseconds length, std::span<pollfd> watched) const {
  sigset_t mask, before;
  ::sigemptyset(&mask);
  for (const int signal : kSignals) ::sigaddset(&mask, signal);
  ::pthread_sigmask(SIG_BLOCK, &mask, &before);
  for (pollfd& one : watched) one.revents = 0;
  const timespec time{length.count() / 1000, static_cast<long>(length.count() % 1000) * 1'000'000};
  if (arrived_signal == 0 && length.count() > 0) (void)::ppoll(watched.data(), watched.size(), &time, &before);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Status show_login(Client& client, const LoginAddress& login, const std::string& hint) {
  const std::string address = printable(login.address);
  std::string text = login.code.empty() ? "Open this address in a browser and log in:\n\n  " + address + "\n\n"
                                        : "Open this address on any device and type the code:\n\n  Address  " + address + "\n  Code     " +
                                              printable(login.code) + "\n\n";
  const GlobalOptions& global = client.invocation().global;
  if (can_draw(client)) {
    const bool colored = decide_color(global.output.color, client.environment(), true);
    const auto code = draw_qr_code(login.complete.empty() ? login.address : login.complete, colored);
    if (code && code->width <= client.streams().err.columns()) text += code->text + "\n";
  }
  if (!global.quiet) text += hint;
  if (auto status = client.streams().err.write(text); !status) return status;
  return client.streams().err.flush();
}

Result<int> end_by_signal(Client& client, const std::string& text) {
  (void)client.streams().err.write(text);
  (void)client.streams().err.flush();
  const int signal = arrived_signal;
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(signal, &action, nullptr);
  (void)std::raise(signal);
  return 128 + signal;
}

std::string shell_word(const std::string& word) {
  const auto plain = [](char c) { return is_alphanumeric(c) || std::string_view("_-./:@%+,=").find(c) != std::string_view::npos; };
  if (!word.empty() && std::ranges::all_of(word, plain)) return word;
  std::string out = "'";
  for (const char c : printable(word)) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace facio
