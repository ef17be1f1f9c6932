// Commands about manifests: a whole agent in files. They are local; everything goes over routes of other areas.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "cli/catalogue/finding.hpp"
#include "commands/facio/manifest/shapes.hpp"

namespace facio::manifest {

inline constexpr std::string_view kSplits[] = {"kind", "object"};
inline constexpr std::string_view kSecretForms[] = {"env", "file", "none"};

inline constexpr Column kDriftColumns[] = {
    {"context", "CONTEXT", true}, {"change", "CHANGE"}, {"object", "OBJECT"}, {"owner", "OWNER", true}};
inline constexpr Column kDiffColumns[] = {{"change", "CHANGE"}, {"object", "OBJECT"}, {"owner", "OWNER", true}, {"why", "WHY", true}};
inline constexpr Column kStepColumns[] = {{"result", "RESULT"}, {"change", "CHANGE"}, {"object", "OBJECT"}, {"error", "ERROR"}};
inline constexpr Column kReceiptColumns[] = {{"id", "APPLY"},    {"at", "AT"},          {"command", "COMMAND"}, {"state", "STATE"},
                                             {"owner", "OWNER"}, {"actor", "BY", true}, {"done", "DONE"},       {"failed", "FAILED"}};

inline constexpr Param kFiles =
    local_flag("file", types::strings, "manifest: a file, a directory of them, or - for standard input; repeatable",
               {.required = true, .letter = 'f', .value_name = "FILE"});
inline constexpr Param kMaybeFiles =
    local_flag("file", types::strings, "manifest: a file, a directory of them, or - for standard input; repeatable",
               {.letter = 'f', .value_name = "FILE"});
inline constexpr Param kPrune = local_flag("prune", types::boolean, "delete what this owner applied before and the manifest lacks now");
inline constexpr Param kPruneLimit =
    local_flag("prune_limit", types::integer, "how many objects --prune may delete; default: 5, and at most 30 % of those applied",
               {.min = 0, .max = 1e6, .value_name = "N"});
inline constexpr Param kTakeOver =
    local_flag("take_over", types::boolean, "also change objects that another owner has, or nobody recorded");
inline constexpr Param kRotate =
    local_flag("rotate", types::strings, "send the secrets of this object even if they seem unchanged; repeatable",
               {.repeatable = true, .value_name = "KIND/NAME"});
inline constexpr Param kAllowExec =
    local_flag("allow_exec", types::boolean, "run the commands that the manifest names for secrets: {exec: [PROGRAM, ...]}");
inline constexpr Param kObjects =
    positional("objects", "kind and name, such as cron/report", {.repeatable = true, .value_name = "KIND/NAME"});

inline constexpr Param kValidateParams[] = {kFiles,
                                            local_flag("output", types::string, "sarif (2.1.0) or junit, for CI; or a format as everywhere",
                                                       {.letter = 'o', .value_name = "FORMAT"})};
inline constexpr Param kExportParams[] = {
    positional("kinds", "kinds to export, such as cron; default: all", {.repeatable = true, .value_name = "KIND"}),
    local_flag("dir", types::string, "write agent.yaml and the files of the workspace below this directory",
               {.letter = 'd', .value_name = "DIR"}),
    local_flag("file", types::string, "write the manifest to this file; default: standard output", {.letter = 'f', .value_name = "FILE"}),
    local_flag("secrets-as", types::string, "what stands for a secret: a variable, a file below secrets/, or the mask alone",
               {.choices = kSecretForms, .default_text = "env"}),
    local_flag("owner", types::string, "owner to write into the manifest", {.value_name = "NAME"}),
    local_flag("split", types::string, "with --dir: a file for each kind, or for each object", {.choices = kSplits}),
    local_flag("schema", types::string, "also write the JSON Schema of manifests to this file, and name it for editors",
               {.value_name = "FILE"}),
};
inline constexpr Param kDiffParams[] = {
    kMaybeFiles,
    kPrune,
    kPruneLimit,
    kTakeOver,
    kRotate,
    kAllowExec,
    local_flag("from", types::string, "instead of a manifest: context of the agent that is as it should be", {.value_name = "CONTEXT"}),
    local_flag("to", types::string, "with --from: context of the agent to compare with it", {.value_name = "CONTEXT"}),
    local_flag("exit-code", types::boolean, "exit with code 8 if anything differs"),
    local_flag("output", types::string, "patch: JSON Patch (RFC 6902) for the agent's export; or a format as everywhere",
               {.letter = 'o', .value_name = "FORMAT"})};
inline constexpr Param kPlanParams[] = {
    kFiles,
    kPrune,
    kPruneLimit,
    kTakeOver,
    kRotate,
    kAllowExec,
    local_flag("out", types::string, "where to write the plan", {.required = true, .value_name = "FILE"})};
inline constexpr Param kApplyParams[] = {
    positional("stored", "a plan that `plan` wrote, instead of -f", {.value_name = "PLAN"}),
    kMaybeFiles,
    local_flag("plan", types::string, "the same as PLAN", {.value_name = "FILE"}),
    local_flag("resume", types::string, "go on with an apply that was broken off, or failed in part; `last`: the last one",
               {.value_name = "APPLY"}),
    kPrune,
    kPruneLimit,
    kTakeOver,
    kRotate,
    kAllowExec,
    local_flag("fail-fast", types::boolean, "stop at the first failure; otherwise what does not depend on it goes on"),
    local_flag("atomic", types::boolean, "if a change fails, undo those that were made"),
    local_flag("restart", types::boolean, "restart the agent in the end if a change takes effect only then"),
    local_flag("confirm-within", types::string, "undo everything unless it is confirmed in this time", {.value_name = "DURATION"}),
    local_flag("probe", types::strings, "probe that confirms it when it passes; repeatable: all must pass", {.value_name = "PROBE"}),
    local_flag("auto-confirm", types::boolean, "confirm it with probes chosen by what was changed"),
};
inline constexpr Param kCloneParams[] = {
    local_flag("from", types::string, "context of the agent to copy", {.required = true, .value_name = "CONTEXT"}),
    local_flag("to", types::string, "context of the agent to change", {.required = true, .value_name = "CONTEXT"}),
    kPrune,
    kPruneLimit,
    kTakeOver,
    local_flag("atomic", types::boolean, "if a change fails, undo those that were made"),
};
inline constexpr Param kConfirmParams[] = {
    positional("apply", "id of the apply; default: the one that waits", {.value_name = "APPLY"}),
    local_flag("guard", types::boolean, "wait for the confirmation instead, and undo the apply without one; apply starts this itself"),
};
inline constexpr Param kAdoptParams[] = {
    kObjects, kMaybeFiles,
    local_flag("owner", types::string, "owner that the objects get; default: that of the manifest", {.value_name = "NAME"}), kTakeOver};
inline constexpr Param kDriftParams[] = {
    local_flag("owner", types::string, "only objects of this owner", {.value_name = "NAME"}),
    local_flag("exit-code", types::boolean, "exit with code 8 if anything differs"),
    local_flag("every", types::string, "look again at this interval, and print what has changed since", {.value_name = "DURATION"}),
    local_flag("group", types::string, "the agents of all contexts in this group", {.value_name = "GROUP"})};
inline constexpr Param kApply = positional("apply", "id of the apply; default: the last one", {.value_name = "APPLY"});

inline constexpr Endpoint kEndpoints[] = {
    remote("export", "Write a whole agent as a manifest").params(kExportParams).text("application/yaml"),
    local("validate", "Check manifests without an agent").params(kValidateParams).list<FindingList>(kFindingColumns, "check"),
    remote("diff", "Show how an agent differs from a manifest").params(kDiffParams).list<ManifestDiff>(kDiffColumns, "object"),
    remote("plan", "Record what an apply would do, to do exactly that later")
        .params(kPlanParams)
        .list<ManifestDiff>(kDiffColumns, "object"),
    remote("apply", "Make an agent what a manifest says").params(kApplyParams).list<ManifestApplied>(kStepColumns, "object").writes(),
    remote("clone", "Make one agent like another").params(kCloneParams).list<ManifestApplied>(kStepColumns, "object").writes(),
    remote("confirm", "Keep what an apply has changed").params(kConfirmParams).writes(),
    remote("adopt", "Record objects of an agent as managed, without changing them")
        .params(kAdoptParams)
        .list<ManifestDiff>(kDiffColumns, "object")
        .writes(),
    remote("forget", "Stop managing objects, without changing them").params(kObjects).list<ManifestDiff>(kDiffColumns, "object").writes(),
    remote("drift", "Show what was changed since it was applied").params(kDriftParams).list<ManifestDiff>(kDriftColumns, "object"),
    remote("applies", "List the applies that can be undone").list<ManifestReceipts>(kReceiptColumns, "id"),
    remote("rollback", "Undo an apply").params(kApply).list<ManifestApplied>(kStepColumns, "object").writes(),
};

}  // namespace facio::manifest
