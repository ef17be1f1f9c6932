// Endpoints of the workspace area (contract section 14).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/workspace/shapes.hpp"

namespace facio::workspace {

inline constexpr Column kTreeColumns[] = {{"tree.path", "PATH"}, {"tree.type", "TYPE"}, {"root", "ROOT"}};
inline constexpr Column kFileColumns[] = {{"path", "PATH"}, {"size", "SIZE"}, {"encoding", "ENCODING"}, {"content", "CONTENT"}};
inline constexpr Column kWrittenColumns[] = {{"path", "PATH"}, {"size", "SIZE"}, {"created", "NEW"}};

inline constexpr Param kTreeParams[] = {
    query_positional("path", "directory to start at, below the workspace; default: the root",
                     {.format = Format::path, .max_length = 1024, .value_name = "DIR"}),
    query_param("depth", types::integer, "how many levels to show", {.agent_decides = true, .min = 1, .max = 10, .default_text = "3"}),
};
inline constexpr Param kPath =
    query_positional("path", "path of the file, below the workspace",
                     {.format = Format::path, .not_blank = true, .required = true, .max_length = 1024, .value_name = "FILE"});

inline constexpr Param kReadParams[] = {
    kPath,
    query_param("offset", types::integer,
                "read part of the file, starting at this byte, from 0; size and mtime are those of the whole file",
                {.min = 0, .value_name = "BYTE"}),
    query_param("length", types::integer, "maximum number of bytes to read; fewer at the end of the file",
                {.min = 1, .max = 7 * 1024 * 1024, .default_text = "4194304", .value_name = "BYTES"}),
};

inline constexpr Column kChangeColumns[] = {{"change", "CHANGE"}, {"path", "PATH"}, {"size", "SIZE"}};
inline constexpr Column kRemovalColumns[] = {{"path", "PATH"}, {"deleted", "DELETED"}, {"error", "ERROR"}};

inline constexpr Attr kOneFile{.format = Format::path, .not_blank = true, .required = true, .max_length = 1024, .value_name = "FILE"};
inline constexpr Param kCatParams[] = {
    positional("path", "path of the file, below the workspace", kOneFile),
    local_flag("force", types::boolean, "write binary content to a terminal, too"),
};
inline constexpr Param kPutParams[] = {
    positional("path", "path of the file, below the workspace", kOneFile),
    positional("local", "file to send; - or nothing is standard input", {.value_name = "LOCAL"}),
};
inline constexpr Param kFiles =
    positional("path", "path of a file, below the workspace",
               {.format = Format::path, .not_blank = true, .required = true, .repeatable = true, .max_length = 1024, .value_name = "FILE"});
inline constexpr Param kFileOrNew = positional("path", "path of the file, below the workspace; it need not exist", kOneFile);
inline constexpr Param kPullParams[] = {
    positional("path", "directory below the workspace, or . for all of it", {.not_blank = true, .required = true, .value_name = "DIR"}),
    positional("local", "directory on this machine; created if missing", {.not_blank = true, .required = true, .value_name = "LOCAL"}),
    local_flag("diff", types::boolean, "show the differences line by line instead of the list"),
    local_flag("delete", types::boolean, "also delete files that exist only on this machine"),
};
inline constexpr Param kPushParams[] = {
    positional("local", "directory on this machine", {.not_blank = true, .required = true, .value_name = "LOCAL"}),
    positional("path", "directory below the workspace, or . for its root", {.not_blank = true, .required = true, .value_name = "DIR"}),
    local_flag("diff", types::boolean, "show the differences line by line instead of the list"),
    local_flag("delete", types::boolean, "also delete files that exist only in the workspace"),
};

inline constexpr Endpoint kEndpoints[] = {
    get("workspace.tree", "/api/v1/workspace/tree", "Show the files and directories of the workspace")
        .params(kTreeParams)
        .reply<WorkspaceTree>(kTreeColumns)
        .errors<Code::rejected, Code::not_found>()
        .synonyms<"workspace list">(),
    get("workspace.read", "/api/v1/workspace/file", "Show a file in the workspace")
        .params(kReadParams)
        .reply<WorkspaceFile>(kFileColumns, "path")
        .errors<Code::rejected, Code::not_found, Code::too_large>()
        .synonyms<"workspace get">(),
    put("workspace.write", "/api/v1/workspace/file", "Write a whole file in the workspace")
        .params(kPath)
        .body<WorkspaceWrite>()
        .max_body(16 * 1024 * 1024)
        .reply<WorkspaceWritten>(kWrittenColumns, "path")
        .errors<Code::rejected, Code::too_large>(),
    del("workspace.delete", "/api/v1/workspace/file", "Delete a file in the workspace")
        .params(kPath)
        .reply<WorkspaceDeleted>("path")
        .errors<Code::rejected, Code::not_found>(),
    remote("workspace.cat", "Print a file of the workspace").params(kCatParams).text("application/octet-stream"),
    remote("workspace.put", "Copy a local file to the workspace")
        .params(kPutParams)
        .reply<WorkspaceWritten>(kWrittenColumns, "path")
        .writes(),
    remote("workspace.rm", "Delete files in the workspace").params(kFiles).list<WorkspaceRemovals>(kRemovalColumns, "path").destructive(),
    remote("workspace.edit", "Edit a file of the workspace in your editor")
        .params(kFileOrNew)
        .reply<WorkspaceWritten>(kWrittenColumns, "path")
        .writes(),
    remote("workspace.pull", "Copy a directory from the workspace to this machine")
        .params(kPullParams)
        .list<WorkspaceChanges>(kChangeColumns, "path")
        .writes(),
    remote("workspace.push", "Copy a directory from this machine to the workspace")
        .params(kPushParams)
        .list<WorkspaceChanges>(kChangeColumns, "path")
        .writes(),
};

}  // namespace facio::workspace
