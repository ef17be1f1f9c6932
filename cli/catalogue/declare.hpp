// How an area declares its endpoints: a verb with what every endpoint has, then a call for each further property.
//
//   post("cron.run-now", "/api/v1/cron/{id}/run-now", "Run a cron job now")
//       .params(kId)
//       .reply<CronQueued>("id")
//       .success(202)
//       .errors<Code::not_found, Code::conflict>()
//       .synonyms<"cron run">(),
//
// The result is a constant Endpoint; the calls are named after its members. Description and examples are in the area's help.txt.
#pragma once

#include "cli/catalogue/endpoint.hpp"

namespace facio {

/// Constant lists written inside a declaration.
template <Code... codes>
inline constexpr Code kCodes[] = {codes...};
template <Literal... texts>
inline constexpr std::string_view kTexts[] = {texts.view()...};

/// The type of the elements of a list's member `items`.
template <class List>
using ItemOf = typename decltype(List::items)::value_type;

class Declaration {
  Endpoint endpoint_;

  template <class Value>
  constexpr Declaration& set(Value Endpoint::*member, std::type_identity_t<Value> value) {
    endpoint_.*member = value;
    return *this;
  }
  constexpr Declaration& answers(ReplyForm form, const Shape& shape, std::span<const Column> columns, std::string_view key) {
    return set(&Endpoint::form, form).set(&Endpoint::reply, &shape).set(&Endpoint::columns, columns).set(&Endpoint::key, key);
  }

 public:
  constexpr explicit Declaration(const Endpoint& endpoint) : endpoint_(endpoint) {}
  constexpr operator Endpoint() const { return endpoint_; }

  constexpr Declaration& params(std::span<const Param> params) { return set(&Endpoint::params, params); }
  constexpr Declaration& params(const Param& only) { return params(std::span(&only, 1)); }

  template <Shaped Body>
  constexpr Declaration& body() {
    return body(shape_of<Body>);
  }
  constexpr Declaration& body(const Shape& shape) { return set(&Endpoint::body, &shape); }
  /// A body that may be absent.
  template <Shaped Body>
  constexpr Declaration& optional_body() {
    return set(&Endpoint::body_optional, true).template body<Body>();
  }
  /// A body whose fields are given as KEY=VALUE.
  constexpr Declaration& assignments(const Shape& shape) { return set(&Endpoint::assignments, true).body(shape); }
  constexpr Declaration& empty_body() { return set(&Endpoint::empty_body, true); }
  constexpr Declaration& max_body(std::uint32_t bytes) { return set(&Endpoint::max_body, bytes); }

  /// One object; `key` is the field that names it.
  template <Shaped Reply>
  constexpr Declaration& reply(std::span<const Column> columns = {}, std::string_view key = {}) {
    return answers(ReplyForm::object, shape_of<Reply>, columns, key);
  }
  template <Shaped Reply>
  constexpr Declaration& reply(std::string_view key) {
    return reply<Reply>({}, key);
  }
  constexpr Declaration& reply(const Shape& shape, std::span<const Column> columns = {}, std::string_view key = {}) {
    return answers(ReplyForm::object, shape, columns, key);
  }
  /// The object is a member of a larger reply.
  template <Shaped Envelope>
  constexpr Declaration& within(std::string_view member) {
    return set(&Endpoint::envelope, &shape_of<Envelope>).unwrap(member);
  }
  /// Of the reply, only this member is shown.
  constexpr Declaration& unwrap(std::string_view member) { return set(&Endpoint::unwrap, member); }
  /// An object with an array of objects.
  template <Shaped List, Shaped Item = ItemOf<List>>
  constexpr Declaration& list(std::span<const Column> columns, std::string_view key = {}, std::string_view items = "items") {
    return answers(ReplyForm::list, shape_of<Item>, columns, key).set(&Endpoint::envelope, &shape_of<List>).set(&Endpoint::items, items);
  }
  constexpr Declaration& list(const Shape& list, const Shape& item, std::span<const Column> columns, std::string_view key = {},
                              std::string_view items = "items") {
    return answers(ReplyForm::list, item, columns, key).set(&Endpoint::envelope, &list).set(&Endpoint::items, items);
  }
  /// An object with a map from names to objects; `key` is the heading of the names.
  template <Shaped Map, Shaped Item>
  constexpr Declaration& map(std::span<const Column> columns, std::string_view key, std::string_view items) {
    return list<Map, Item>(columns, key, items).set(&Endpoint::form, ReplyForm::map);
  }
  constexpr Declaration& text(std::string_view media) { return set(&Endpoint::form, ReplyForm::text).set(&Endpoint::media, media); }
  /// What a command prints by itself: objects of this shape.
  template <Shaped Item>
  constexpr Declaration& prints(std::span<const Column> columns) {
    return answers(ReplyForm::none, shape_of<Item>, columns, {});
  }

  constexpr Declaration& success(unsigned status, unsigned replaced = 0) {
    return set(&Endpoint::success, status).set(&Endpoint::success_replaced, replaced);
  }
  template <Code... codes>
  constexpr Declaration& errors() {
    return set(&Endpoint::errors, std::span<const Code>(kCodes<codes...>));
  }

  /// The body is like an answer of this endpoint; the members of `parts` stand in the body itself.
  template <Literal read, Literal... parts>
  constexpr Declaration& whole() {
    endpoint_.whole.read = kTexts<read>[0];
    if constexpr (sizeof...(parts) > 0) endpoint_.whole.parts = kTexts<parts...>;
    return *this;
  }
  /// The member of the body that no answer shows, and the one of the answer that says whether it is stored.
  constexpr Declaration& keeps(std::string_view secret, std::string_view stored) {
    endpoint_.whole.secret = secret;
    endpoint_.whole.stored = stored;
    return *this;
  }
  /// What a body leaves out stays as it is: of a PUT or POST, a PATCH is so anyway.
  constexpr Declaration& merges() {
    endpoint_.whole.merges = true;
    return *this;
  }
  /// Of an `edit` command: the elements of this list in the document are added and removed one by one.
  constexpr Declaration& each(std::string_view list, std::string_view add, std::string_view remove) {
    endpoint_.edits.list = list;
    endpoint_.edits.add = add;
    endpoint_.edits.remove = remove;
    return *this;
  }

  constexpr Declaration& writes() { return set(&Endpoint::effect, Effect::write); }
  constexpr Declaration& destructive() { return set(&Endpoint::effect, Effect::destructive); }
  constexpr Declaration& idempotent() { return set(&Endpoint::idempotent, true); }
  constexpr Declaration& surface(Surface surface) { return set(&Endpoint::surface, surface); }
  constexpr Declaration& slow() { return set(&Endpoint::deadline, Deadline::slow); }
  constexpr Declaration& extension() { return set(&Endpoint::extension, true); }
  constexpr Declaration& completed() { return set(&Endpoint::completed, true); }
  template <Literal... words>
  constexpr Declaration& synonyms() {
    return set(&Endpoint::synonyms, std::span<const std::string_view>(kTexts<words...>));
  }
};

constexpr Declaration get(std::string_view id, std::string_view path, std::string_view summary) {
  return Declaration({.id = id, .method = Method::get, .path = path, .summary = summary});
}
/// A write that is not retried.
constexpr Declaration post(std::string_view id, std::string_view path, std::string_view summary) {
  return Declaration({.id = id, .method = Method::post, .path = path, .summary = summary, .effect = Effect::write});
}
/// Writes that may be retried.
constexpr Declaration put(std::string_view id, std::string_view path, std::string_view summary) {
  return Declaration({.id = id, .method = Method::put, .path = path, .summary = summary, .effect = Effect::write, .idempotent = true});
}
constexpr Declaration patch(std::string_view id, std::string_view path, std::string_view summary) {
  return Declaration({.id = id, .method = Method::patch, .path = path, .summary = summary, .effect = Effect::write, .idempotent = true});
}
/// Destructive: asks first.
constexpr Declaration del(std::string_view id, std::string_view path, std::string_view summary) {
  return Declaration({.id = id, .method = Method::del, .path = path, .summary = summary, .effect = Effect::destructive});
}
/// A command without an endpoint of its own.
constexpr Declaration local(std::string_view id, std::string_view summary) {
  return Declaration({.id = id, .summary = summary, .form = ReplyForm::none, .surface = Surface::local});
}
/// The same, but it talks to the agent.
constexpr Declaration remote(std::string_view id, std::string_view summary) {
  return Declaration({.id = id, .summary = summary, .form = ReplyForm::none, .surface = Surface::local, .remote = true});
}

/// A command that lets a person change what `write` takes, in an editor. Its arguments and what it prints are those of `write`.
constexpr Declaration edit(std::string_view id, std::string_view summary, std::string_view write) {
  return Declaration(
      {.id = id, .summary = summary, .effect = Effect::write, .surface = Surface::local, .remote = true, .edits = {.write = write}});
}

/// The parameters of a list in pages: how many items, and how many to leave out first.
constexpr Param limit_param(std::string_view doc, std::string_view default_text) {
  return query_param("limit", types::integer, doc,
                     {.agent_decides = true, .min = 1, .max = 500, .default_text = default_text, .letter = 'n'});
}
constexpr Param offset_param(std::string_view doc) { return query_param("offset", types::integer, doc, {.min = 0, .default_text = "0"}); }

constexpr std::span<const Param> as_params(const Param& only) { return {&only, 1}; }
constexpr std::span<const Param> as_params(std::span<const Param> list) { return list; }
template <class Part>
inline constexpr std::size_t kParamsIn = 1;
template <std::size_t size>
inline constexpr std::size_t kParamsIn<Param[size]> = size;

/// Parameters, and arrays of them that several commands share, as one list.
template <class... Parts>
consteval std::array<Param, (kParamsIn<Parts> + ...)> joined_params(const Parts&... parts) {
  std::array<Param, (kParamsIn<Parts> + ...)> all{};
  auto next = all.begin();
  ((next = std::ranges::copy(as_params(parts), next).out), ...);
  return all;
}

}  // namespace facio
