// JSON types of the workspace area (contract section 14).
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

inline constexpr std::string_view kNodeTypes[] = {"file", "dir"};
inline constexpr std::string_view kEncodings[] = {"utf-8", "base64"};

struct WorkspaceNode {
  std::string path, name, type;
  std::optional<std::int64_t> size;
  std::optional<double> mtime;
  std::optional<bool> executable, link;
  std::optional<std::vector<WorkspaceNode>> children;
  std::optional<std::string> error;

  static constexpr ShapeHead shape{"WorkspaceNode", "A file or directory of the workspace", Members::open};
  static constexpr auto fields() {
    using N = WorkspaceNode;
    return Fields{
        field("path", &N::path, "path below the workspace; . for its root"),
        field("name", &N::name, "last part of the path"),
        field("type", &N::type, "file or directory", {.choices = kNodeTypes}),
        field("size", &N::size, "size of a file", {.format = Format::bytes}),
        field("executable", &N::executable, "a file that can be run"),
        field("mtime", &N::mtime, "last change", {.format = Format::epoch_s}),
        field("link", &N::link, "it is a symbolic link; a linked directory is not gone into"),
        field("children", &N::children, "what a directory holds; absent at the depth limit"),
        field("error", &N::error, "why it cannot be read, or is not shown whole"),
    };
  }
};

struct WorkspaceTree {
  std::string root;
  WorkspaceNode tree;

  static constexpr ShapeHead shape{"WorkspaceTree", "Files and directories below one of them", Members::open};
  static constexpr auto fields() {
    using T = WorkspaceTree;
    return Fields{
        field("root", &T::root, "directory of the workspace on the agent's machine"),
        field("tree", &T::tree, "the directory that was asked for; directories come first, then by name"),
    };
  }
};

struct WorkspaceFile {
  std::string path;
  std::int64_t size = 0;
  std::optional<std::int64_t> offset;
  std::optional<double> mtime;
  std::optional<bool> executable;
  std::string encoding, content;

  static constexpr ShapeHead shape{"WorkspaceFile", "A file of the workspace", Members::open};
  static constexpr auto fields() {
    using F = WorkspaceFile;
    return Fields{
        field("path", &F::path, "path below the workspace"),
        field("size", &F::size, "size of the file", {.format = Format::bytes}),
        field("offset", &F::offset, "of a piece: where it begins in the file", {.format = Format::bytes}),
        field("mtime", &F::mtime, "of a piece: last change of the file", {.format = Format::epoch_s}),
        field("executable", &F::executable, "the file can be run"),
        field("encoding", &F::encoding, "how content holds the bytes; base64 where they are no UTF-8 text", {.choices = kEncodings}),
        field("content", &F::content, "the bytes"),
    };
  }
};

inline constexpr Form kWriteForms[] = {{"encoding=base64 content:base64", ""}, {"encoding?=utf-8", ""}};

struct WorkspaceWrite {
  std::string content;
  std::optional<std::string> encoding;
  std::optional<bool> executable;

  static constexpr ShapeHead shape{"WorkspaceWrite", "The whole content of a file", Members::closed, kWriteForms};
  static constexpr auto fields() {
    using W = WorkspaceWrite;
    return Fields{
        field("content", &W::content, "the bytes, as the encoding says", {.example = "Buy milk", .value_name = "TEXT"}),
        field("encoding", &W::encoding, "how content holds the bytes", {.choices = kEncodings, .default_text = "utf-8"}),
        field("executable", &W::executable, "whether it can be run; without it as before, and no for a new file"),
    };
  }
};

struct WorkspaceWritten {
  std::string path;
  std::int64_t size = 0;
  bool created = false;
  std::optional<bool> executable;

  static constexpr ShapeHead shape{"WorkspaceWritten", "The file was written", Members::open};
  static constexpr auto fields() {
    using W = WorkspaceWritten;
    return Fields{
        field("path", &W::path, "path below the workspace"),
        field("size", &W::size, "size of the file", {.format = Format::bytes}),
        field("created", &W::created, "the file is new"),
        field("executable", &W::executable, "the file can be run; absent where the agent does not keep that"),
    };
  }
};

using WorkspaceDeleted = Deleted<"path", "WorkspaceDeleted", "The file is gone", "path below the workspace">;

inline constexpr std::string_view kChanges[] = {"added", "changed", "removed"};

/// One file of `workspace pull` and `push`.
struct WorkspaceChange {
  std::string path, change;
  std::int64_t size = 0;
  std::optional<bool> executable;

  static constexpr ShapeHead shape{"WorkspaceChange", "A file that differs between two folders"};
  static constexpr auto fields() {
    using C = WorkspaceChange;
    return Fields{
        field("path", &C::path, "path below the folder"),
        field("change", &C::change, "what would happen to it", {.choices = kChanges}),
        field("size", &C::size, "size of the file", {.format = Format::bytes}),
        field("executable", &C::executable, "whether it could be run afterwards, where that would change"),
    };
  }
};

using WorkspaceChanges = ListOf<WorkspaceChange, "WorkspaceChanges", "What differs between two folders", "the files", Members::closed>;

/// One file of `workspace rm`.
struct WorkspaceRemoval {
  std::string path;
  bool deleted = false;
  std::optional<std::string> error;

  static constexpr ShapeHead shape{"WorkspaceRemoval", "A file that was to be deleted"};
  static constexpr auto fields() {
    using R = WorkspaceRemoval;
    return Fields{
        field("path", &R::path, "path below the workspace"),
        field("deleted", &R::deleted, "whether it is gone"),
        field("error", &R::error, "why it is not"),
    };
  }
};

using WorkspaceRemovals = ListOf<WorkspaceRemoval, "WorkspaceRemovals", "Files that were to be deleted", "the files", Members::closed>;

}  // namespace facio
