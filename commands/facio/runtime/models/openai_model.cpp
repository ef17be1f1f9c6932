#include "commands/facio/runtime/models/openai_model.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/http/media.hpp"
#include "cli/http/retry_after.hpp"
#include "commands/facio/runtime/models/answer_times.hpp"
#include "commands/facio/runtime/models/openai_wire.hpp"
#include "commands/serve/outbound/outbound.hpp"

namespace facio::serve {
namespace {

using std::chrono::steady_clock;

constexpr int kConnectMs = 30'000;  ///< for look-up, connection and handshake
constexpr int kRefusalMs = 30'000;  ///< for the words of a refusal
constexpr std::size_t kMostOfAnswer = std::size_t{16} * 1024 * 1024;
constexpr int kTries = 4;
constexpr std::int64_t kFirstPauseMs = 1000, kLongestPauseMs = 30'000, kPatienceMs = 600'000;
constexpr std::int64_t kLongestWaitMs = 90'000;  ///< that a provider may ask for, if nobody is patient

bool mentions(std::string_view text, std::string_view word) { return text.find(word) != std::string_view::npos; }

/// Whether the refusal names something that can be left out; notes that in `known`.
bool adapt(const ProviderFailure& failure, const ModelRequest& request, ProviderQuirks::Known& known) {
  const std::string words = lower(failure.words);
  const auto once = [](bool& quirk) { return !std::exchange(quirk, true); };
  if (refuses(failure, "stream_options") && once(known.no_stream_options)) return true;
  if (refuses(failure, "stream", "streaming") && once(known.no_stream)) return true;
  if (mentions(words, "max_completion_tokens") && once(known.new_token_limit)) return true;
  if (refuses(failure, "temperature") && once(known.no_temperature)) return true;
  if (!request.reasoning_effort.empty() && refuses(failure, "reasoning_effort") && once(known.no_reasoning_effort)) return true;
  const auto has_back = [](const ModelMessage& message) { return !message.back.empty(); };
  if (std::ranges::any_of(request.messages, has_back))
    for (const std::string_view name :
         {"reasoning_content", "reasoning", "reasoning_details", "thinking", "thinking_blocks", "extra_content"})
      if (refuses(failure, name) && once(known.no_thinking_back)) return true;
  if (mentions(words, "reasoning_content") &&
      (mentions(words, "passed back") || mentions(words, "missing") || mentions(words, "required")) && once(known.needs_thinking_back)) {
    known.no_thinking_back = false;
    return true;
  }
  // An agent, as this one.
  const bool more_than_one = request.messages.size() > 1 || !request.tools.empty();
  const bool is_agent = (mentions(words, "exactly one") && mentions(words, "message")) || mentions(words, "the agent has tools of its own");
  return is_agent && more_than_one && once(known.one_message);
}

}  // namespace

/// What an attempt takes with it, and why it failed as far as that matters for the next one.
struct OpenAiModel::Attempt {
  ProviderQuirks::Known known;            ///< what the request leaves out
  bool transient = false;                 ///< the same request can succeed later
  bool adapted = false;                   ///< the request can succeed in another form, that of `known`
  std::optional<std::int64_t> wait_ms{};  ///< what the provider asks for
};

tl::unexpected<Error> OpenAiModel::refused(OutboundStream& stream, const ModelRequest& request, Attempt& state) {
  const unsigned status = stream.status();
  const std::string body = stream.read_all(kRefusalMs).value_or("");
  ProviderFailure failure = failure_of(body, status);
  if (failure.words.empty()) failure.words = http::foreign_body(stream.headers(), body);
  state.transient = kind_of(failure) == ProviderFailure::Kind::passing;
  state.wait_ms = http::retry_after_ms(stream.headers(), now_ms());
  if (!state.wait_ms && failure.wait_s > 0) state.wait_ms = static_cast<std::int64_t>(failure.wait_s * 1000);
  state.adapted = (status == 400 || status == 422) && adapt(failure, request, state.known);
  const std::string who = address_.provider + " answered with status " + std::to_string(status);
  if (status == 401 || status == 403)
    return fail(Code::upstream_failed, who + ": it does not accept the key", "facioctl providers set " + address_.provider);
  return fail(error_of(failure, who));
}

/// The next piece of an answer. The request was taken, and may cost its price: silence is no reason to send it again.
Result<std::string> OpenAiModel::read_piece(OutboundStream& stream, AnswerTimes& times) {
  auto bytes = stream.read(times.wait_ms());
  if (bytes) times.got_piece();
  else if (bytes.error().code() == Code::upstream_timeout) return fail(times.late());
  return bytes;
}

Result<ModelReply> OpenAiModel::read_answer(OutboundStream& stream, AnswerTimes& times, Attempt& state,
                                            UniqueFunction<void(std::string_view)>& piece) const {
  AnswerReader answer(stream.headers());
  std::size_t total = 0;
  while (!answer.done()) {
    auto bytes = read_piece(stream, times);
    if (!bytes) {
      state.transient = answer.may_repeat() && bytes.error().code() == Code::upstream_failed;
      return fail(std::move(bytes.error()));
    }
    if (bytes->empty()) break;
    total += bytes->size();
    if (total > kMostOfAnswer) return fail(Code::upstream_failed, address_.provider + " sent more than 16 MiB");
    if (auto added = answer.add(*bytes, piece); !added) {
      state.transient = answer.may_repeat();
      return fail(std::move(added.error()));
    }
  }
  auto whole = answer.take(piece);
  state.transient = !whole && answer.may_repeat();
  return whole;
}

Result<ModelReply> OpenAiModel::attempt(const ModelRequest& request, const Cancel& cancel, Attempt& state,
                                        UniqueFunction<void(std::string_view)>& piece) {
  const bool no_stream = state.known.no_stream;
  AnswerTimes times(address_.provider, request.limits.within(address_.limits), no_stream);
  bool sent = false;
  OutboundRequest call{.method = "POST",
                       .url = address_.base + "/chat/completions",
                       .body = request_body(request, state.known, address_.extra_body),
                       .content_type = "application/json",
                       .accept = no_stream ? "application/json" : "text/event-stream, application/json",
                       .bearer = address_.key_as_header ? Secret() : address_.key,
                       .timeout_ms = times.wait_ms(),
                       .connect_ms = kConnectMs,
                       .headers = address_.headers,
                       .cancel = cancel.fd(),
                       .repeatable = true,
                       .sent = &sent};
  if (address_.key_as_header) call.headers.emplace_back("api-key", address_.key);
  auto stream = outbound_.open(call);
  if (!stream) {
    const bool late = stream.error().code() == Code::upstream_timeout;
    // What the provider may have accepted is not sent again for a time-out alone.
    state.transient = stream.error().code() == Code::upstream_failed || (late && !sent);
    return fail(late && sent ? times.late() : std::move(stream.error()));
  }
  if (stream->status() != 200) return refused(*stream, request, state);
  auto reply = read_answer(*stream, times, state, piece);
  if (reply) std::move(*stream).finish();
  return reply;
}

Result<ModelReply> OpenAiModel::ask(const ModelRequest& request, const Cancel& cancel, UniqueFunction<void(std::string_view)>& piece) {
  const auto begun = steady_clock::now();
  std::int64_t pause = kFirstPauseMs;
  const ProviderQuirks::Known before = quirks_.of(address_.base, request.model);
  Attempt state{.known = before};
  for (std::int64_t tries = 1;; ++tries) {
    state = {.known = state.known};
    if (request.attempts != nullptr) *request.attempts = tries;
    auto reply = attempt(request, cancel, state, piece);
    if (reply) {
      if (state.known != before) quirks_.learn(address_.base, request.model, state.known);
      return reply;
    }
    if (cancel.cancelled()) return fail(Code::unavailable, cancel.why());
    if (state.adapted) continue;
    const std::int64_t gone = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begun).count();
    const std::int64_t wait = std::max(state.wait_ms.value_or(0), pause) + pause * (random_hex(1)[0] % 8) / 16;
    const bool again = state.transient && (request.patient ? gone + wait < kPatienceMs : tries < kTries && wait < kLongestWaitMs);
    if (!again) return reply;
    if (!cancel.pause(wait)) return fail(Code::unavailable, cancel.why());
    pause = std::min(pause * 2, kLongestPauseMs);
  }
}

}  // namespace facio::serve
