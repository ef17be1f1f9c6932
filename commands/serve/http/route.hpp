// The server half of an endpoint, made from a function of the service that answers it:
//
//   constexpr RouteOf<CronService> kRoutes[] = {
//       {"cron.get", read_of<&CronService::get, "id">},
//       {"cron.pause", write_of<&CronService::pause, "id">.then<&CronService::announce>},
//   };
//
// The function is a member of the service, or a free one whose first parameter is the service. Its other parameters say what it gets:
//
//   store::Transaction&           the unit of work; of write_of only
//   OutsideChange&                the change, which the function begins before it changes anything; of change_of only
//   Call&                         the request
//   JsonRef                       the body as received
//   a shape, e.g. const CronJob&  the body, parsed
//   a text, number or bool, or an optional of these: the named parameters of the request, in this order; a text before them that has no
//                                 name is the agent.
//
// It returns a value or a Result of one, whose JSON is the reply. What does not fit does not compile.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cli/core/short_text.hpp"
#include "commands/serve/http/call.hpp"
#include "commands/serve/http/handler_work.hpp"

namespace facio::serve {

/// How one endpoint is answered: immediately by `read`, or later by `async`, which keeps the call until it responds.
struct Route {
  std::string_view id;
  void* service = nullptr;
  Result<Reply> (*read)(void* service, Call& call) = nullptr;
  void (*async)(void* service, Call& call, Respond respond) = nullptr;
};

template <class Service>
struct Handler {
  decltype(Route::read) read = nullptr;
  decltype(Route::async) async = nullptr;
};

/// One row of an area's table, which is there as long as the program runs.
template <class Service>
struct RouteOf {
  ShortText<31> id;
  Handler<Service> handler;
};

/// Appends the routes of an area with the service that answers them.
template <class Service>
void append_routes(std::vector<Route>& all, Service& service, std::type_identity_t<std::span<const RouteOf<Service>>> routes) {
  for (const RouteOf<Service>& row : routes) all.push_back({row.id, &service, row.handler.read, row.handler.async});
}

/// The name of a parameter as a template argument.
struct Name {
  template <std::size_t N>
  consteval Name(const char (&name)[N]) {  // NOLINT(google-explicit-constructor): written as a literal
    static_assert(N <= sizeof text);
    std::copy_n(name, N, text);
  }
  char text[16] = {};
};

namespace binding {

struct Nothing {};

template <class... P>
struct Parameters {};

template <class S, class R, class... P>
struct Signature {
  using Service = S;
  using Returned = R;
  using Takes = Parameters<P...>;
};
template <class S, class R, class... P>
Signature<S, R, P...> signature(R (S::*)(P...));
template <class S, class R, class... P>
Signature<S, R, P...> signature(R (S::*)(P...) const);
template <class S, class R, class... P>
Signature<S, R, P...> signature(R (*)(S&, P...));

template <class T>
struct ValueOf {
  using type = T;
};
template <class T>
struct ValueOf<Result<T>> {
  using type = T;
};

/// Where a parameter of a function comes from.
enum class Source : std::uint8_t { named, call, body, shape, transaction, outside, made };

template <class Made, class P>
constexpr Source source_of() {
  if constexpr (std::is_same_v<P, Call>) return Source::call;
  else if constexpr (std::is_same_v<P, JsonRef>) return Source::body;
  else if constexpr (std::is_same_v<P, store::Transaction>) return Source::transaction;
  else if constexpr (std::is_same_v<P, OutsideChange>) return Source::outside;
  else if constexpr (std::is_same_v<P, Made>) return Source::made;
  else if constexpr (Shaped<P>) return Source::shape;
  else return Source::named;
}

template <class P>
P named(const Arguments& arguments, std::string_view name) {
  if constexpr (std::is_same_v<P, std::string_view>) return arguments.text(name);
  else if constexpr (std::is_same_v<P, std::optional<std::string_view>>) return arguments.find(name);
  else if constexpr (std::is_same_v<P, std::int64_t>) return arguments.integer(name, 0);  // a default is declared, and so filled in
  else if constexpr (std::is_same_v<P, std::optional<std::int64_t>>)
    return arguments.find(name) ? std::optional(arguments.integer(name, 0)) : std::nullopt;
  else if constexpr (std::is_same_v<P, bool>) return arguments.text(name) == "true" || arguments.text(name) == "1";
  else static_assert(std::is_same_v<P, void>, "a request's parameter is a text, a number, a bool, or an optional of these");
}

/// The first shape among the types, or Nothing.
template <class Made, class... P>
struct BodyOf {
  using type = Nothing;
};
template <class Made, class First, class... P>
struct BodyOf<Made, First, P...>
    : std::conditional_t<source_of<Made, First>() == Source::shape, std::type_identity<First>, BodyOf<Made, P...>> {};

/// A function with the sources of its parameters; `Made`: the result of the function called before it.
template <auto F, class Made, Name... names>
class Bound {
  template <class... P>
  static constexpr auto sources_of(Parameters<P...>) {
    return std::array<Source, sizeof...(P)>{source_of<Made, std::remove_cvref_t<P>>()...};
  }
  template <class... P>
  static BodyOf<Made, std::remove_cvref_t<P>...> body_of(Parameters<P...>);

  using Types = decltype(signature(F));
  using Takes = typename Types::Takes;
  static constexpr auto kSources = sources_of(Takes{});
  static constexpr std::array<std::string_view, sizeof...(names)> kNames = {std::string_view(names.text)...};
  static constexpr auto count(Source source) { return static_cast<std::size_t>(std::ranges::count(kSources, source)); }
  static constexpr bool kTakesAgent = count(Source::named) == sizeof...(names) + 1;
  static_assert(kTakesAgent || count(Source::named) == sizeof...(names), "the function takes more or less than the names name");
  static_assert(count(Source::shape) <= 1, "a request has one body");

 public:
  using Service = typename Types::Service;
  using Value = typename ValueOf<typename Types::Returned>::type;
  using Body = typename decltype(body_of(Takes{}))::type;
  static constexpr bool kTakesTransaction = count(Source::transaction) != 0;
  static constexpr bool kTakesOutside = count(Source::outside) != 0;

  static Result<Body> read_body(const Call& call) {
    if constexpr (std::is_same_v<Body, Nothing>) return Nothing{};
    else return from_json<Body>(call.body);
  }

  static auto run(void* service, Call& call, const Body& body, store::Transaction* tx = nullptr, const Made* made = nullptr,
                  OutsideChange* outside = nullptr) {
    return [&]<class... P, std::size_t... I>(Parameters<P...>, std::index_sequence<I...>) -> typename Types::Returned {
      Service& owner = *static_cast<Service*>(service);
      if constexpr (std::is_member_function_pointer_v<decltype(F)>)
        return (owner.*F)(value<std::remove_cvref_t<P>, I>(call, body, tx, made, outside)...);
      else return F(owner, value<std::remove_cvref_t<P>, I>(call, body, tx, made, outside)...);
    }(Takes{}, std::make_index_sequence<kSources.size()>{});
  }

 private:
  template <class P, std::size_t I>
  static decltype(auto) value(Call& call, const Body& body, store::Transaction* tx, const Made* made, OutsideChange* outside) {
    constexpr Source kSource = kSources[I];
    if constexpr (kSource == Source::call) return (call);
    else if constexpr (kSource == Source::body) return (call.body);
    else if constexpr (kSource == Source::shape) return (body);
    else if constexpr (kSource == Source::transaction) return (*tx);
    else if constexpr (kSource == Source::outside) return (*outside);
    else if constexpr (kSource == Source::made) return (*made);
    else {
      constexpr auto kBefore = static_cast<std::size_t>(std::count(kSources.begin(), kSources.begin() + I, Source::named));
      if constexpr (kTakesAgent && kBefore == 0) {
        static_assert(std::is_same_v<P, std::string_view>, "the agent is a text");
        return P(call.agent);
      } else {
        return named<P>(call.arguments, kNames[kBefore - (kTakesAgent ? 1 : 0)]);
      }
    }
  }
};

template <auto F, Name... names>
Result<Reply> read(void* service, Call& call) {
  using Work = Bound<F, Nothing, names...>;
  static_assert(std::is_same_v<typename Work::Body, Nothing> && !Work::kTakesTransaction, "a read takes no body and changes nothing");
  return reply_of(Work::run(service, call, {}));
}

template <auto F, Name... names>
void pool_read(void* service, Call& call, Respond respond) {
  answer_from_pool(call, std::move(respond), [service, &call] { return read<F, names...>(service, call); });
}

template <auto F>
void later(void* service, Call& call, Respond respond) {
  F(*static_cast<typename decltype(signature(F))::Service*>(service), call, std::move(respond));
}

/// The reply to a write that has become durable.
template <auto Then, class Made, Name... names>
Result<Reply> reply_to_write(void* service, Call& call, const Made& made) {
  Result<Reply> reply;
  if constexpr (std::is_same_v<decltype(Then), std::nullptr_t>) {
    reply = reply_with(made);
  } else {
    using Announce = Bound<Then, Made, names...>;
    if constexpr (std::is_void_v<typename Announce::Value>) {
      Announce::run(service, call, {}, nullptr, &made);
      reply = reply_with(made);
    } else {
      reply = reply_of(Announce::run(service, call, {}, nullptr, &made));
    }
  }
  if (reply) reply->status = call.replaced;
  return reply;
}

template <auto F, Name... names>
class Write {
  using Work = Bound<F, Nothing, names...>;
  using Made = typename Work::Value;

  template <auto Then, Name... more>
  static void run(void* service, Call& call, Respond respond) {
    auto body = Work::read_body(call);
    if (!body) return respond(fail(std::move(body.error())));
    struct State {
      typename Work::Body body;
      Respond respond;
      std::optional<Made> made;
    };
    auto state = std::make_shared<State>(State{std::move(*body), std::move(respond), std::nullopt});
    write_audited(
        call,
        [service, &call, state](store::Transaction& tx) -> Status {
          return Result<Made>(Work::run(service, call, state->body, &tx)).map([&](Made made) { state->made.emplace(std::move(made)); });
        },
        [service, &call, state](Status status) {
          if (!status) return state->respond(fail(std::move(status.error())));
          state->respond(reply_to_write<Then, Made, more...>(service, call, *state->made));
        },
        call.endpoint->success);
  }

 public:
  using Service = typename Work::Service;
  constexpr operator Handler<Service>() const { return {.async = &run<nullptr>}; }
  template <auto Then, Name... more>
  static constexpr Handler<Service> then{.async = &run<Then, more...>};
};

template <auto With, class Made>
Result<Changed> changed(const Call& call, Made made) {
  if constexpr (std::is_same_v<Made, Changed>) return made;
  else if constexpr (std::is_same_v<decltype(With), std::nullptr_t>) return Changed{reply_with(made)};
  else {
    auto told = [&] {
      if constexpr (std::is_invocable_v<decltype(With), const Call&, Made&&>) return With(call, std::move(made));
      else return With(made);
    };
    if constexpr (std::is_same_v<decltype(told()), Changed>) {
      return told();
    } else {
      Changed change{reply_with(made)};
      if (std::optional<AuditEvent> event = told()) change.events.push_back(std::move(*event));
      return change;
    }
  }
}

template <auto F, Name... names>
class Change {
  using Work = Bound<F, Nothing, names...>;
  using Made = typename Work::Value;
  static_assert(!Work::kTakesTransaction, "what takes a transaction is a write");

  template <auto With>
  static void run(void* service, Call& call, Respond respond) {
    auto body = Work::read_body(call);
    if (!body) return respond(fail(std::move(body.error())));
    change_from_pool(call, std::move(respond), [service, &call, body = std::move(*body)](OutsideChange& change) -> Result<Changed> {
      if constexpr (!Work::kTakesOutside)
        if (auto begun = change.begin(); !begun) return fail(std::move(begun.error()));
      return Result<Made>(Work::run(service, call, body, nullptr, nullptr, &change)).and_then([&](Made made) {
        return changed<With>(call, std::move(made));
      });
    });
  }

 public:
  using Service = typename Work::Service;
  constexpr operator Handler<Service>() const { return {.async = &run<nullptr>}; }
  template <auto With>
  static constexpr Handler<Service> with{.async = &run<With>};
};

template <auto F>
using ServiceOf = typename decltype(signature(F))::Service;

}  // namespace binding

/// Answers immediately, on the I/O thread: for what reads little and never blocks.
template <auto F, Name... names>
inline constexpr Handler<binding::ServiceOf<F>> read_of{.read = &binding::read<F, names...>};

/// Reads in the pool: for what may block.
template <auto F, Name... names>
inline constexpr Handler<binding::ServiceOf<F>> pool_read_of{.async = &binding::pool_read<F, names...>};

/// A unit of work, durable together with its audit event before it is answered. `.then<G, names…>` calls another function of the service
/// in between, which may take the result of the first; its own result, if any, is the reply.
template <auto F, Name... names>
inline constexpr binding::Write<F, names...> write_of{};

/// A change outside the store, in the pool, begun before the function is called unless that takes the OutsideChange. `.with<event>` makes
/// the AuditEvent, if any, from the function's result and optionally the call. The function may also return a whole Changed.
template <auto F, Name... names>
inline constexpr binding::Change<F, names...> change_of{};

/// void F(Service&, Call&, Respond), which does everything itself.
template <auto F>
inline constexpr Handler<binding::ServiceOf<F>> async_of{.async = &binding::later<F>};

}  // namespace facio::serve
