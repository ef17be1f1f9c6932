// Workflows of a LibreFang daemon: steps that agents do one after the other.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::workflows {

inline constexpr Field kRowFields[] = {
    text("id", "id of the workflow"),
    text("name", "its name"),
    text("description", "what it is for", kMayBeNull),
    integer("steps", "how many steps it has", kMayMiss),
    text("created_at", "when it was made", kTime),
    integer("run_count", "how often it ran", kMayMiss),
};
inline constexpr Shape kRow{"LibrefangWorkflowRow", "A workflow in the list", kRowFields, true};
inline constexpr Column kColumns[] = {
    {"id", "ID"}, {"name", "NAME"}, {"steps", "STEPS"}, {"description", "DESCRIPTION"}, {"created_at", "CREATED", true}};

inline constexpr Field kWorkflowFields[] = {
    text("id", "id of the workflow", kMayMiss),        text("name", "its name", kMayMiss),
    text("description", "what it is for", kMayBeNull), any("steps", "its steps", kMayMiss),
    text("created_at", "when it was made", kTime),
};
inline constexpr Shape kWorkflow{"LibrefangWorkflow", "A workflow", kWorkflowFields, true};

inline constexpr std::string_view kModes[] = {"sequential", "fan_out", "collect", "conditional", "loop"};
inline constexpr std::string_view kErrorModes[] = {"fail", "skip", "retry"};
inline constexpr Field kStepFields[] = {
    text("name", "name of the step", {.not_blank = true}),
    text("agent_id", "id of the agent that does it", kMayMiss),
    text("agent_name", "or its name", kMayMiss),
    text("prompt", "what it is told; {{input}} and {{VARIABLE}} stand for texts", {.optional = true, .default_text = "{{input}}"}),
    text("mode", "when it is done", {.optional = true, .choices = kModes, .agent_decides = true, .default_text = "sequential"}),
    integer("timeout_secs", "how long it may take", {.optional = true, .min = 1, .default_text = "120"}),
    text("error_mode", "what happens when it fails",
         {.optional = true, .choices = kErrorModes, .agent_decides = true, .default_text = "fail"}),
    integer("max_retries", "how often it is tried again", {.optional = true, .min = 0, .default_text = "3"}),
    text("output_var", "the variable for its answer", kMayBeNull),
    text("condition", "conditional: the text that the answer before must have", kMayMiss),
    integer("max_iterations", "loop: how often at most", {.optional = true, .min = 1, .default_text = "5"}),
    text("until", "loop: the text that ends it", kMayMiss),
};
inline constexpr Shape kStep{"LibrefangStep", "A step of a workflow", kStepFields, true};
inline constexpr Field kNewFields[] = {
    text("name", "its name", {.not_blank = true}),
    text("description", "what it is for", kMayMiss),
    objects<kStep>("steps", "its steps", {.min_items = 1, .flag = "step"}),
};
inline constexpr Shape kNew{"LibrefangNewWorkflow", "A new workflow", kNewFields};
inline constexpr Field kReplaceFields[] = {
    text("name", "its name", {.not_blank = true, .optional = true}),
    text("description", "what it is for", kMayMiss),
    objects<kStep>("steps", "its steps", {.optional = true, .flag = "step"}),
};
inline constexpr Shape kReplace{"LibrefangChangedWorkflow", "What changes of a workflow", kReplaceFields};

inline constexpr Field kMadeFields[] = {
    text("workflow_id", "id of the workflow", kMayMiss),
    text("status", "what was done", kMayMiss),
};
inline constexpr Shape kMade{"LibrefangMadeWorkflow", "The workflow", kMadeFields, true};

inline constexpr Field kInputFields[] = {
    text("input", "the text that it begins with", {.optional = true, .flag = "input"}),
};
inline constexpr Shape kInput{"LibrefangWorkflowInput", "What a workflow begins with", kInputFields};

inline constexpr Field kResultFields[] = {
    text("run_id", "id of the run"),
    text("status", "completed, or running", kMayMiss),
    text("output", "the last answer", kMayMiss),
    any("step_results", "what each step answered", kMayMiss),
};
inline constexpr Shape kResult{"LibrefangWorkflowResult", "What a workflow gave", kResultFields, true};

inline constexpr Field kPreviewFields[] = {
    boolean("valid", "whether it could run"),
    any("steps", "what each step would be told, and by whom", kMayMiss),
};
inline constexpr Shape kPreview{"LibrefangWorkflowPreview", "What a workflow would do", kPreviewFields, true};

inline constexpr Field kRunFields[] = {
    text("id", "id of the run"),
    text("workflow_name", "the workflow", kMayMiss),
    text("state", "pending, running, paused, completed, failed or cancelled", kMayMiss),
    integer("steps_completed", "steps that are done", kMayMiss),
    integer("total_steps", "steps that there are", kMayMiss),
    any("state_detail", "more about its state", kMayMiss),
    text("started_at", "when it began", kTime),
    text("completed_at", "when it ended", kTime),
    text("input", "what it began with", kMayBeNull),
    text("output", "the last answer", kMayBeNull),
    text("error", "why it failed", kMayBeNull),
};
inline constexpr Shape kRun{"LibrefangWorkflowRun", "A run of a workflow", kRunFields, true};
inline constexpr Column kRunColumns[] = {{"id", "ID"},
                                         {"workflow_name", "WORKFLOW"},
                                         {"state", "STATE"},
                                         {"steps_completed", "DONE"},
                                         {"started_at", "STARTED"},
                                         {"completed_at", "ENDED"},
                                         {"error", "ERROR", true}};

inline constexpr Field kResumeFields[] = {
    text("resume_token", "what `runs pause` gave", {.not_blank = true, .flag = "resume-token"}),
};
inline constexpr Shape kResume{"LibrefangResume", "How a paused run goes on", kResumeFields};
inline constexpr Field kPauseFields[] = {
    text("reason", "why", kMayMiss),
};
inline constexpr Shape kPause{"LibrefangPause", "Why a run is paused", kPauseFields};
inline constexpr Field kStoppedFields[] = {
    text("run_id", "id of the run", kMayMiss),
    text("state", "what it is in now", kMayMiss),
    text("status", "what was done", kMayMiss),
    text("resume_token", "what `runs resume` wants", kMayMiss),
};
inline constexpr Shape kStopped{"LibrefangRunChanged", "What was done to a run", kStoppedFields, true};

}  // namespace facio::librefang::workflows
