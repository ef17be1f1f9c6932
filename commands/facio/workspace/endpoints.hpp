// Endpoints of the workspace area (contract section 14).
#pragma once

#include "cli/catalogue/endpoint.hpp"
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
inline constexpr std::string_view kReadSynonyms[] = {"workspace get"};

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
inline constexpr Param kRmParams[] = {
    positional("path", "path of a file, below the workspace",
               {.format = Format::path, .not_blank = true, .required = true, .repeatable = true, .max_length = 1024, .value_name = "FILE"}),
};
inline constexpr Param kEditParams[] = {positional("path", "path of the file, below the workspace; it may be new", kOneFile)};
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
inline constexpr Example kCatExamples[] = {{"workspace cat notes/a.md", "the file's bytes, nothing else"},
                                           {"workspace cat picture.png > picture.png", "binary files too"}};
inline constexpr Example kPutExamples[] = {{"workspace put notes/a.md a.md", "send a file"}, {"workspace put notes/a.md -", "send standard input"}};
inline constexpr Example kRmExamples[] = {{"workspace rm old.md older.md --yes", "remove files without being asked"}};
inline constexpr Example kEditExamples[] = {{"workspace edit AGENTS.md", "edit a file with $VISUAL or $EDITOR"}};
inline constexpr Example kPullExamples[] = {{"workspace pull skills ./skills --dry-run", "see what would be copied"},
                                            {"workspace pull . ./backup --delete --yes", "make a folder equal to the workspace"}};
inline constexpr Example kPushExamples[] = {{"workspace push ./skills skills --diff", "see the differences, then decide"},
                                            {"workspace push ./skills skills --yes", "copy without being asked"}};

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
    {.id = "workspace.cat", .method = Method::none, .summary = "Write the bytes of a file to standard output",
     .description = "Nothing but the file's content is written, so that it can be redirected. What is not text is not written to a terminal.",
     .params = kCatParams, .form = ReplyForm::text, .media = "application/octet-stream", .surface = Surface::local, .remote = true, .examples = kCatExamples},
    {.id = "workspace.put", .method = Method::none, .summary = "Send a local file to the workspace",
     .description = "Any bytes, up to what fits into a request of 16 MiB. Missing directories are made; the file is replaced at once.",
     .params = kPutParams, .reply = &shape_of<WorkspaceWritten>, .columns = kWrittenColumns, .key = "path", .effect = Effect::write,
     .surface = Surface::local, .remote = true, .examples = kPutExamples},
    {.id = "workspace.rm", .method = Method::none, .summary = "Delete files of the workspace",
     .description = "Goes on after a file that cannot be deleted, and ends with 9 when some were deleted and some were not.",
     .params = kRmParams, .form = ReplyForm::list, .reply = &shape_of<WorkspaceRemoval>, .envelope = &shape_of<WorkspaceRemovals>,
     .columns = kRemovalColumns, .key = "path", .effect = Effect::destructive, .surface = Surface::local, .remote = true,
     .examples = kRmExamples},
    {.id = "workspace.edit", .method = Method::none, .summary = "Edit a file of the workspace in your editor",
     .description = "The editor is that of $VISUAL, else $EDITOR, else vi; it works on a private copy. Nothing is sent when nothing was "
                    "changed. When the agent's file was changed meanwhile, nothing is sent either: the command ends with 6 and says where "
                    "your version is.",
     .params = kEditParams, .reply = &shape_of<WorkspaceWritten>, .columns = kWrittenColumns, .key = "path", .effect = Effect::write,
     .surface = Surface::local, .remote = true, .examples = kEditExamples},
    {.id = "workspace.pull", .method = Method::none, .summary = "Copy a directory of the workspace to this machine",
     .description = "Shows first which files would be added or changed (with --delete also removed) and asks. A local file that changes "
                    "meanwhile is left alone. Links are neither copied nor followed, so that nothing is written outside of LOCAL; .git is left alone.",
     .params = kPullParams, .form = ReplyForm::list, .reply = &shape_of<WorkspaceChange>, .envelope = &shape_of<WorkspaceChanges>,
     .columns = kChangeColumns, .key = "path", .effect = Effect::write, .surface = Surface::local, .remote = true,
     .examples = kPullExamples},
    {.id = "workspace.push", .method = Method::none, .summary = "Copy a directory of this machine to the workspace",
     .description = "Shows first which files would be added or changed (with --delete also removed) and asks. A file of the agent that "
                    "changes meanwhile is left alone. Links and .git are not copied.",
     .params = kPushParams, .form = ReplyForm::list, .reply = &shape_of<WorkspaceChange>, .envelope = &shape_of<WorkspaceChanges>,
     .columns = kChangeColumns, .key = "path", .effect = Effect::write, .surface = Surface::local, .remote = true,
     .examples = kPushExamples},
};
// clang-format on

}  // namespace facio::workspace
