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

inline constexpr Example kTreeExamples[] = {{"workspace tree -o json", "the first three levels"},
                                            {"workspace tree skills --depth 1 -o json", "one directory"}};
inline constexpr Example kReadExamples[] = {{"workspace read notes/a.md -o json", "content and size of a file"}};
inline constexpr Example kWriteExamples[] = {{"workspace write notes.md --content 'Buy milk'", "replace a file by one line"},
                                             {"workspace write notes.md -f body.json", "content and encoding from a file"}};
inline constexpr Example kDeleteExamples[] = {{"workspace delete notes.md --yes", "remove a file without being asked"}};

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
inline constexpr Param kFileOrNew[] = {positional("path", "path of the file, below the workspace; it may be new", kOneFile)};
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
inline constexpr Example kPutExamples[] = {{"workspace put notes/a.md a.md", "send a file"},
                                           {"workspace put notes/a.md -", "send standard input"}};
inline constexpr Example kRmExamples[] = {{"workspace rm old.md older.md --yes", "remove files without being asked"}};
inline constexpr Example kEditExamples[] = {{"workspace edit AGENTS.md", "edit a file with $VISUAL or $EDITOR"}};
inline constexpr Example kPullExamples[] = {{"workspace pull skills ./skills --dry-run", "see what would be copied"},
                                            {"workspace pull . ./backup --delete --yes", "make a folder equal to the workspace"}};
inline constexpr Example kPushExamples[] = {{"workspace push ./skills skills --diff", "see the differences, then decide"},
                                            {"workspace push ./skills skills --yes", "copy without being asked"}};

inline constexpr Endpoint kEndpoints[] = {
    get("workspace.tree", "/api/v1/workspace/tree", "Show files and directories of the workspace")
        .params(kTreeParams)
        .reply<WorkspaceTree>(kTreeColumns)
        .errors<Code::rejected, Code::not_found>()
        .examples(kTreeExamples)
        .synonyms<"workspace list">(),
    get("workspace.read", "/api/v1/workspace/file", "Show a file of the workspace")
        .params(kPath)
        .reply<WorkspaceFile>(kFileColumns, "path")
        .errors<Code::rejected, Code::not_found, Code::too_large>()
        .examples(kReadExamples)
        .synonyms<"workspace get">(),
    put("workspace.write", "/api/v1/workspace/file", "Write a whole file of the workspace")
        .description("Missing directories are made; the file is replaced at once, never in part.")
        .params(kPath)
        .body<WorkspaceWrite>()
        .max_body(16 * 1024 * 1024)
        .reply<WorkspaceWritten>(kWrittenColumns, "path")
        .errors<Code::rejected, Code::too_large>()
        .examples(kWriteExamples),
    del("workspace.delete", "/api/v1/workspace/file", "Delete a file of the workspace")
        .params(kPath)
        .reply<WorkspaceDeleted>("path")
        .errors<Code::rejected, Code::not_found>()
        .examples(kDeleteExamples),
    remote("workspace.cat", "Write the bytes of a file to standard output")
        .description(
            "Nothing but the file's content is written, so that it can be redirected. What is not text is not written to a terminal.")
        .params(kCatParams)
        .text("application/octet-stream")
        .examples(kCatExamples),
    remote("workspace.put", "Send a local file to the workspace")
        .description("Any bytes, up to what fits into a request of 16 MiB. Missing directories are made; the file is replaced at once.")
        .params(kPutParams)
        .reply<WorkspaceWritten>(kWrittenColumns, "path")
        .writes()
        .examples(kPutExamples),
    remote("workspace.rm", "Delete files of the workspace")
        .description("Goes on after a file that cannot be deleted, and ends with 9 when some were deleted and some were not.")
        .params(kFiles)
        .list<WorkspaceRemovals>(kRemovalColumns, "path")
        .destructive()
        .examples(kRmExamples),
    remote("workspace.edit", "Edit a file of the workspace in your editor")
        .description("The editor is that of $VISUAL, else $EDITOR, else vi; it works on a private copy. Nothing is sent when nothing was "
                     "changed. When the agent's file was changed meanwhile, nothing is sent either: the command ends with 6 and says where "
                     "your version is.")
        .params(kFileOrNew)
        .reply<WorkspaceWritten>(kWrittenColumns, "path")
        .writes()
        .examples(kEditExamples),
    remote("workspace.pull", "Copy a directory of the workspace to this machine")
        .description("Shows first which files would be added or changed (with --delete also removed) and asks. A local file that changes "
                     "meanwhile is left alone. Links are neither copied nor followed, so that nothing is written outside of LOCAL; .git is "
                     "left alone.")
        .params(kPullParams)
        .list<WorkspaceChanges>(kChangeColumns, "path")
        .writes()
        .examples(kPullExamples),
    remote("workspace.push", "Copy a directory of this machine to the workspace")
        .description("Shows first which files would be added or changed (with --delete also removed) and asks. A file of the agent that "
                     "changes meanwhile is left alone. Links and .git are not copied.")
        .params(kPushParams)
        .list<WorkspaceChanges>(kChangeColumns, "path")
        .writes()
        .examples(kPushExamples),
};

}  // namespace facio::workspace
