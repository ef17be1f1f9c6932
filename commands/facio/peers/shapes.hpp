// JSON types of the peers area (contract section 18.2).
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

struct Peer {
  std::string alias, url;
  std::optional<std::string> description;
  bool hasToken = false;
  std::string created_at;
  std::optional<std::vector<std::string>> uses;

  static constexpr ShapeHead shape{"Peer", "Another agent that this agent may call", Members::open};
  static constexpr auto fields() {
    using P = Peer;
    return Fields{
        field("alias", &P::alias, "name of the peer here"),
        field("url", &P::url, "address of the peer"),
        field("description", &P::description, "what it is for", {.nullable = true}),
        field("hasToken", &P::hasToken, "a token for it is stored"),
        field("created_at", &P::created_at, "when it was added", {.format = Format::time, .optional = true}),
        field("uses", &P::uses, "keys of the secrets used in the token"),
    };
  }
};

using PeerList = CountedListOf<Peer, "PeerList", "All peers", "the peers">;

struct PeerAdd {
  std::string alias, url;
  std::optional<Secret> token;
  std::optional<std::string> description;

  static constexpr ShapeHead shape{"PeerAdd", "A peer to add or replace"};
  static constexpr auto fields() {
    using P = PeerAdd;
    return Fields{
        field("alias", &P::alias, "name of the peer here: letters, digits, _, - and ., at most 64",
              {.not_blank = true, .pattern = "alias", .example = "research"}),
        field("url", &P::url, "address of the peer",
              {.format = Format::url,
               .not_blank = true,
               .pattern = "http-url",
               .example = "https://research.example.net",
               .flag = "peer-url",
               .value_name = "URL"}),
        field("token", &P::token, "the peer's token", {.secret = true, .max_length = 16384, .pattern = "token", .flag = "peer-token"}),
        field("description", &P::description, "what it is for"),
    };
  }
};

/// A file in an answer: bytes, or where it is.
struct PeerFile {
  std::optional<std::string> name, mediaType, uri, bytes, path;
  std::optional<std::int64_t> size;

  static constexpr ShapeHead shape{"PeerFile", "A file from a peer", Members::open};
  static constexpr auto fields() {
    using F = PeerFile;
    return Fields{
        field("name", &F::name, "name given by the peer"),
        field("mediaType", &F::mediaType, "media type, such as text/plain"),
        field("uri", &F::uri, "address of the file, which is not downloaded"),
        field("bytes", &F::bytes, "content, in base64"),
        field("size", &F::size, "size of the content", {.format = Format::bytes}),
        field("path", &F::path, "where the command saved it"),
    };
  }
};

/// The members of a peer's card that are used here; all others are passed through.
struct PeerCard {
  std::optional<std::string> name, description, url, version, protocolVersion, preferredTransport;
  std::optional<std::vector<RawJson>> skills;

  static constexpr ShapeHead shape{"PeerCard", "What a peer says about itself, unchanged", Members::open};
  static constexpr auto fields() {
    using C = PeerCard;
    return Fields{
        field("name", &C::name, "name of the agent", {.nullable = true}),
        field("description", &C::description, "what the agent is for", {.nullable = true}),
        field("url", &C::url, "where the agent accepts A2A requests", {.nullable = true}),
        field("version", &C::version, "version of the agent", {.nullable = true}),
        field("protocolVersion", &C::protocolVersion, "version of the A2A protocol", {.nullable = true}),
        field("preferredTransport", &C::preferredTransport, "binding at that address; JSONRPC if absent", {.nullable = true}),
        field("skills", &C::skills, "what it can do", {.nullable = true}),
    };
  }
};

using PeerDeleted = Deleted<"alias", "PeerDeleted", "The peer is gone", "name of the peer">;

struct PeerCall {
  std::string message;
  std::optional<std::string> contextId, taskId;
  std::optional<std::int64_t> timeout_s;

  static constexpr ShapeHead shape{"PeerCall", "A message to a peer"};
  static constexpr auto fields() {
    using C = PeerCall;
    return Fields{
        field("message", &C::message, "the message", {.not_blank = true, .example = "What is new?", .letter = 'm', .value_name = "TEXT"}),
        field("contextId", &C::contextId, "conversation to continue", {.flag = "conversation", .value_name = "ID"}),
        field("taskId", &C::taskId, "task that this message replies to",
              {.not_blank = true, .max_length = 256, .flag = "task", .value_name = "ID"}),
        field("timeout_s", &C::timeout_s, "how long the agent is waiting for the peer",
              {.format = Format::seconds, .min = 1, .max = 60, .default_text = "12", .flag = "wait"}),
    };
  }
};

struct PeerReply {
  std::string alias, reply, state;
  std::optional<std::string> statusMessage, taskId, contextId;
  std::optional<std::vector<RawJson>> data;
  std::optional<std::vector<PeerFile>> files;

  static constexpr ShapeHead shape{"PeerReply", "What a peer answered", Members::open};
  static constexpr auto fields() {
    using R = PeerReply;
    return Fields{
        field("alias", &R::alias, "name of the peer"),
        field("reply", &R::reply, "its answer"),
        field("state", &R::state, "state of its task, such as completed"),
        field("statusMessage", &R::statusMessage, "explanation of the state: its question, or why it failed"),
        field("data", &R::data, "data in its answer"),
        field("files", &R::files, "files in its answer"),
        field("taskId", &R::taskId, "its task"),
        field("contextId", &R::contextId, "conversation, for the next call"),
    };
  }
};

}  // namespace facio
