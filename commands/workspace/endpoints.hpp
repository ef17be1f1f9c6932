// Endpoints of the workspace area (contract section 14).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/workspace/shapes.hpp"

namespace facio::workspace {

inline constexpr Column kTreeColumns[] = {{"tree.path", "PATH"}, {"tree.type", "TYPE"}, {"root", "ROOT"}};
inline constexpr Column kFileColumns[] = {{"path", "PATH"}, {"size", "SIZE"}, {"encoding", "ENCODING"}, {"content", "CONTENT"}};
inline constexpr Column kWrittenColumns[] = {{"path", "PATH"}, {"size", "SIZE"}, {"created", "NEW"}};

inline constexpr Param kTreeParams[] = {
    query_positional("path", "directory to begin at, below the workspace; without it the root",
                {.format = Format::path, .max_length = 1024, .value_name = "DIR"}),
    query_param("depth", types::integer, "how many levels to show", {.min = 1, .max = 10, .default_text = "3"}),
};
inline constexpr Param kPath[] = {
    query_positional("path", "path of the file, below the workspace",
                {.format = Format::path, .not_blank = true, .required = true, .max_length = 1024, .value_name = "FILE"}),
};

inline constexpr Code kBadOrUnknown[] = {Code::rejected, Code::not_found};
inline constexpr Code kReadErrors[] = {Code::rejected, Code::not_found, Code::too_large};
inline constexpr Code kWriteErrors[] = {Code::rejected, Code::too_large};

inline constexpr Example kTreeExamples[] = {{"workspace tree -o json", "the first three levels"}, {"workspace tree skills --depth 1 -o json", "one directory"}};
inline constexpr Example kReadExamples[] = {{"workspace read notes/a.md -o json", "content and size of a file"}};
inline constexpr Example kWriteExamples[] = {{"workspace write notes.md --content 'Buy milk'", "replace a file by one line"},
                                             {"workspace write notes.md -f body.json", "content and encoding from a file"}};
inline constexpr Example kDeleteExamples[] = {{"workspace delete notes.md --yes", "remove a file without being asked"}};

inline constexpr std::string_view kTreeSynonyms[] = {"workspace list"};
inline constexpr std::string_view kReadSynonyms[] = {"workspace cat", "workspace get"};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "workspace.tree", .method = Method::get, .path = "/api/v1/workspace/tree", .summary = "Show files and directories of the workspace",
     .params = kTreeParams, .reply = &shape_of<WorkspaceTree>, .columns = kTreeColumns, .errors = kBadOrUnknown, .examples = kTreeExamples,
     .synonyms = kTreeSynonyms},
    {.id = "workspace.read", .method = Method::get, .path = "/api/v1/workspace/file", .summary = "Show a file of the workspace",
     .params = kPath, .reply = &shape_of<WorkspaceFile>, .columns = kFileColumns, .key = "path", .errors = kReadErrors,
     .examples = kReadExamples, .synonyms = kReadSynonyms},
    {.id = "workspace.write", .method = Method::put, .path = "/api/v1/workspace/file", .summary = "Write a whole file of the workspace",
     .description = "Missing directories are made; the file is replaced at once, never in part.", .params = kPath,
     .body = &shape_of<WorkspaceWrite>, .reply = &shape_of<WorkspaceWritten>, .columns = kWrittenColumns, .key = "path",
     .errors = kWriteErrors, .effect = Effect::write, .max_body = 16 * 1024 * 1024, .idempotent = true, .examples = kWriteExamples},
    {.id = "workspace.delete", .method = Method::del, .path = "/api/v1/workspace/file", .summary = "Delete a file of the workspace",
     .params = kPath, .reply = &shape_of<WorkspaceDeleted>, .key = "path", .errors = kBadOrUnknown, .effect = Effect::destructive,
     .examples = kDeleteExamples},
};
// clang-format on

}  // namespace facio::workspace
