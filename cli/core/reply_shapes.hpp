// Reply shapes that many areas share: lists, and confirmations of a deletion.
//
//   using PeerList = CountedListOf<Peer, "PeerList", "All peers", "the peers">;
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

/// {"items": […]}; `items_doc` says what they are.
template <class Item, Literal name, Literal doc, Literal items_doc, Members members = Members::open>
struct ListOf {
  std::vector<Item> items;

  static constexpr ShapeHead shape{name.view(), doc.view(), members};
  static constexpr auto fields() { return Fields{field("items", &ListOf::items, items_doc.view())}; }
};

/// {"items": […], "count": N}.
template <class Item, Literal name, Literal doc, Literal items_doc>
struct CountedListOf {
  std::vector<Item> items;
  std::optional<std::int64_t> count;

  static constexpr ShapeHead shape{name.view(), doc.view(), Members::open};
  static constexpr auto fields() {
    return Fields{field("items", &CountedListOf::items, items_doc.view()), field("count", &CountedListOf::count, "how many")};
  }
};

/// {"items": […], "count": N, "limit": N}: the first items of a longer list. `limit_doc` says what is limited.
template <class Item, Literal name, Literal doc, Literal items_doc, Literal limit_doc>
struct LimitedListOf {
  std::vector<Item> items;
  std::optional<std::int64_t> count, limit;

  static constexpr ShapeHead shape{name.view(), doc.view(), Members::open};
  static constexpr auto fields() {
    return Fields{
        field("items", &LimitedListOf::items, items_doc.view()),
        field("count", &LimitedListOf::count, "how many"),
        field("limit", &LimitedListOf::limit, limit_doc.view()),
    };
  }
};

/// {"deleted": true, "id": "…"}: `key` is the member that names what was deleted.
template <Literal key, Literal name, Literal doc, Literal key_doc>
struct Deleted {
  std::string what;
  bool deleted = true;

  static constexpr ShapeHead shape{name.view(), doc.view(), Members::open};
  static constexpr auto fields() {
    return Fields{field("deleted", &Deleted::deleted, "always true"), field(key.view(), &Deleted::what, key_doc.view())};
  }
};

}  // namespace facio
