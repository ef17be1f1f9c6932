// One collection of an area's documents in the store, read and written as the struct that each of them holds.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cli/core/shape_json.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/store/store.hpp"
#include "commands/serve/vault/vault.hpp"

namespace facio::serve {

/// What was found, or Code::not_found with the command that lists those there are: "there is no KIND "NAME"".
template <class T>
Result<T> found_or_none(Result<std::optional<T>> found, std::string_view kind, std::string_view name, std::string hint) {
  if (!found) return fail(std::move(found.error()));
  if (!*found) return no_such(kind, name, std::move(hint));
  return std::move(**found);
}
/// The same for what was erased.
inline Status erased_or_none(const Result<bool>& erased, std::string_view kind, std::string_view name, std::string hint) {
  if (!erased) return fail(erased.error());
  return *erased ? Status{} : no_such(kind, name, std::move(hint));
}

/// Safe from any thread. What cannot be read fails with Code::internal.
template <class T>
class Documents {
 public:
  /// `describe` names a document in failures: "the stored channel "x"".
  Documents(const ServiceContext& base, std::string_view collection, std::string (*describe)(std::string_view id))
      : base_(base), collection_(collection), describe_(describe) {}

  [[nodiscard]] Result<T> parse(std::string_view id, const std::string& json) const {
    return from_json<T>(json).map_error(
        [&](const Error& error) { return Error(Code::internal, describe_(id) + " cannot be read: " + error.message()); });
  }
  /// Nothing when there is none; durable state, or that of a unit of work.
  [[nodiscard]] Result<std::optional<T>> find(std::string_view agent, std::string_view id) const {
    return parse(id, base_.store.documents().get(agent, collection_, id));
  }
  [[nodiscard]] Result<std::optional<T>> find(store::Transaction& tx, std::string_view agent, std::string_view id) const {
    return parse(id, tx.get_document(agent, collection_, id));
  }
  [[nodiscard]] Result<std::vector<store::Document>> list_json(std::string_view agent) const {
    return base_.store.documents().list(agent, collection_);
  }
  [[nodiscard]] Result<std::map<std::string, T, std::less<>>> list(std::string_view agent) const {
    std::map<std::string, T, std::less<>> all;
    const auto documents = list_json(agent);
    if (!documents) return fail(documents.error());
    for (const store::Document& document : *documents) {
      auto value = parse(document.id, document.json);
      if (!value) return fail(std::move(value.error()));
      all.emplace(document.id, std::move(*value));
    }
    return all;
  }

  Status save(store::Transaction& tx, std::string_view agent, std::string_view id, const T& value) const {
    return tx.save_document(agent, collection_, id, to_json(value));
  }
  /// False when there was none.
  Result<bool> erase(store::Transaction& tx, std::string_view agent, std::string_view id) const {
    return tx.erase_document(agent, collection_, id);
  }

  /// A text of a document, sealed at its place; `part` tells several of one document apart.
  [[nodiscard]] Result<std::string> seal(store::Transaction& tx, std::string_view agent, std::string_view id, std::string_view text,
                                         std::string_view part = {}) const {
    return base_.vault.seal(tx, text, sealed_place(agent, collection_, id).append(part));
  }
  [[nodiscard]] Result<Secret> unseal(std::string_view agent, std::string_view id, std::string_view sealed,
                                      std::string_view part = {}) const {
    return base_.vault.unseal(sealed, sealed_place(agent, collection_, id).append(part));
  }

 private:
  [[nodiscard]] Result<std::optional<T>> parse(std::string_view id, Result<std::optional<std::string>> json) const {
    if (!json) return fail(std::move(json.error()));
    if (!*json) return std::optional<T>{};
    return parse(id, **json).map([](T&& value) { return std::optional<T>(std::move(value)); });
  }

  const ServiceContext& base_;
  std::string_view collection_;
  std::string (*describe_)(std::string_view);
};

}  // namespace facio::serve
