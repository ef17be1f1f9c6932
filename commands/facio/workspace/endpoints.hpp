// Endpoints of the workspace area (contract section 14).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/workspace/shapes.hpp"

namespace facio::workspace {

inline constexpr Column kTreeColumns[] = {{"tree.path", "PATH"}, {"tree.type", "TYPE"}, {"root", "ROOT"}};
inline constexpr Column kFileColumns[] = {{"path", "PATH"}, {"size", "SIZE"}, {"encoding", "ENCODING"}, {"content", "CONTENT"}};
inline constexpr Column kWrittenColumns[] = {{"path", "PATH"}, {"size", "SIZE"}, {"created", "NEW"}};

inline constexpr Param kTreeParams[] = {
    query_positional("path", "directory to begin at, below the workspace; without it the root",
                     {.format = Format::path, .max_length = 1024, .value_name = "DIR"}),
    query_param("depth", types::integer, "how many levels to show", {.min = 1, .max = 10, .default_text = "3"}),
};
inline constexpr Param kPath =
    query_positional("path", "path of the file, below the workspace",
                     {.format = Format::path, .not_blank = true, .required = true, .max_length = 1024, .value_name = "FILE"});

inline constexpr Param kReadParams[] = {
    kPath,
    query_param("offset", types::integer, "read a piece of the file: its first byte, from 0; size and mtime tell of the whole file",
                {.min = 0, .value_name = "BYTE"}),
    query_param("length", types::integer, "most bytes of the piece; the file's end, or nothing behind it, comes sooner",
                {.min = 1, .max = 7 * 1024 * 1024, .default_text = "4194304", .value_name = "BYTES"}),
};

inline constexpr Column kChangeColumns[] = {{"change", "CHANGE"}, {"path", "PATH"}, {"size", "SIZE"}};
inline constexpr Column kRemovalColumns[] = {{"path", "PATH"}, {"deleted", "DELETED"}, {"error", "ERROR"}};

inline constexpr Attr kOneFile{.format = Format::path, .not_blank = true, .required = true, .max_length = 1024, .value_name = "FILE"};
inline constexpr Param kCatParams[] = {
    positional("path", "path of the file, below the workspace", kOneFile),
    local_flag("force", types::boolean, "write to a terminal also what is not text"),
};
inline constexpr Param kPutParams[] = {
    positional("path", "path of the file, below the workspace", kOneFile),
    positional("local", "file to send; - or nothing: standard input", {.value_name = "LOCAL"}),
};
inline constexpr Param kFiles =
    positional("path", "path of a file, below the workspace",
               {.format = Format::path, .not_blank = true, .required = true, .repeatable = true, .max_length = 1024, .value_name = "FILE"});
inline constexpr Param kFileOrNew = positional("path", "path of the file, below the workspace; it may be new", kOneFile);
inline constexpr Param kPullParams[] = {
    positional("path", "directory below the workspace; . for all of it", {.not_blank = true, .required = true, .value_name = "DIR"}),
    positional("local", "directory of this machine; made when it is missing", {.not_blank = true, .required = true, .value_name = "LOCAL"}),
    local_flag("diff", types::boolean, "show the differences line by line instead of the list"),
    local_flag("delete", types::boolean, "also remove what is only on this machine"),
};
inline constexpr Param kPushParams[] = {
    positional("local", "directory of this machine", {.not_blank = true, .required = true, .value_name = "LOCAL"}),
    positional("path", "directory below the workspace; . for its root", {.not_blank = true, .required = true, .value_name = "DIR"}),
    local_flag("diff", types::boolean, "show the differences line by line instead of the list"),
    local_flag("delete", types::boolean, "also remove what is only in the workspace"),
};

inline constexpr Endpoint kEndpoints[] = {
    get("workspace.tree", "/api/v1/workspace/tree", "Show files and directories of the workspace")
        .params(kTreeParams)
        .reply<WorkspaceTree>(kTreeColumns)
        .errors<Code::rejected, Code::not_found>()
        .synonyms<"workspace list">(),
    get("workspace.read", "/api/v1/workspace/file", "Show a file of the workspace")
        .params(kReadParams)
        .reply<WorkspaceFile>(kFileColumns, "path")
        .errors<Code::rejected, Code::not_found, Code::too_large>()
        .synonyms<"workspace get">(),
    put("workspace.write", "/api/v1/workspace/file", "Write a whole file of the workspace")
        .params(kPath)
        .body<WorkspaceWrite>()
        .max_body(16 * 1024 * 1024)
        .reply<WorkspaceWritten>(kWrittenColumns, "path")
        .errors<Code::rejected, Code::too_large>(),
    del("workspace.delete", "/api/v1/workspace/file", "Delete a file of the workspace")
        .params(kPath)
        .reply<WorkspaceDeleted>("path")
        .errors<Code::rejected, Code::not_found>(),
    remote("workspace.cat", "Write the bytes of a file to standard output").params(kCatParams).text("application/octet-stream"),
    remote("workspace.put", "Send a local file to the workspace")
        .params(kPutParams)
        .reply<WorkspaceWritten>(kWrittenColumns, "path")
        .writes(),
    remote("workspace.rm", "Delete files of the workspace").params(kFiles).list<WorkspaceRemovals>(kRemovalColumns, "path").destructive(),
    remote("workspace.edit", "Edit a file of the workspace in your editor")
        .params(kFileOrNew)
        .reply<WorkspaceWritten>(kWrittenColumns, "path")
        .writes(),
    remote("workspace.pull", "Copy a directory of the workspace to this machine")
        .params(kPullParams)
        .list<WorkspaceChanges>(kChangeColumns, "path")
        .writes(),
    remote("workspace.push", "Copy a directory of this machine to the workspace")
        .params(kPushParams)
        .list<WorkspaceChanges>(kChangeColumns, "path")
        .writes(),
};

}  // namespace facio::workspace
