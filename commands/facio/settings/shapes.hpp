// JSON types of the settings area (contract section 4). Every key is declared once, here: the document, the body of a
// change (patch.hpp), its checks, what is stored and the list of changes all come from these fields.
// A field with flag "-" can be read only.
#pragma once

#include "commands/facio/providers/rules.hpp"
#include "commands/facio/providers/shapes.hpp"

namespace facio {

inline constexpr std::string_view kReasoningEfforts[] = {"minimal", "low", "medium", "high"};
inline constexpr std::string_view kRetryModes[] = {"standard", "persistent"};
inline constexpr std::string_view kBrowserBackends[] = {"auto", "camoufox", "playwright"};
inline constexpr std::string_view kImprovementModes[] = {"off", "review", "auto_apply"};
inline constexpr std::string_view kImprovementTriggers[] = {"goal_done", "repeated_tool_error", "user_correction", "scheduled"};
inline constexpr std::string_view kImprovementScopes[] = {"memory", "skills", "scripts", "instructions", "policy", "runtime"};
inline constexpr std::string_view kValidationLevels[] = {"off", "standard", "strict"};

/// How long a model's answer and a turn may take, unless somebody says otherwise. In milliseconds.
inline constexpr std::int64_t kFirstByteMs = 600'000, kPieceMs = 120'000, kAnswerMs = 1'800'000, kTurnMs = 3'600'000;

/// Values that may be unset: null in the document; "" or null in a change goes back to the default.
/// The values of the settings that name a provider; "" takes the value back.
inline constexpr auto kProviderChoices = [] {
  std::array<std::string_view, std::size(providers::kChoices) + 1> words{};
  for (std::size_t i = 0; i < std::size(providers::kChoices); ++i) words[i] = providers::kChoices[i].value;
  return words;
}();
/// "auto" would mean "no override", which is null.
inline constexpr std::span<const std::string_view> kOverrideChoices = std::span(kProviderChoices).subspan(1);

struct SettingsBasic {
  using Value = std::optional<std::string>;
  Value model = "builtin", provider = "auto", subagent_model, subagent_provider, vision_model, vision_provider, image_model, image_provider,
        video_model, video_provider, reasoning_effort, timezone;

  static constexpr ShapeHead shape{"SettingsBasic", "Models, providers and time zone", Members::open};
  static constexpr auto fields() {
    using B = SettingsBasic;
    constexpr Attr text = {.nullable = true, .max_length = 200, .pattern = "one-line"};
    constexpr Attr provider = {.nullable = true, .choices = kProviderChoices, .agent_decides = true, .max_length = 200};
    return Fields{
        field("model", &B::model, "model that answers", {.nullable = true, .max_length = 200, .pattern = "one-line", .example = "builtin"}),
        field("provider", &B::provider, "provider of the model; auto derives it from the model's name", provider),
        field("subagent_model", &B::subagent_model, "model of subagents; if unset: the same", text),
        field("subagent_provider", &B::subagent_provider, "provider of subagents", provider),
        field("vision_model", &B::vision_model, "model for reading images", text),
        field("vision_provider", &B::vision_provider, "provider for reading images", provider),
        field("image_model", &B::image_model, "model for generating images", text),
        field("image_provider", &B::image_provider, "provider for generating images", provider),
        field("video_model", &B::video_model, "model for generating videos", text),
        field("video_provider", &B::video_provider, "provider for generating videos", provider),
        field("reasoning_effort", &B::reasoning_effort, "minimal, low, medium or high; if unset: the model's own",
              {.nullable = true, .agent_decides = true, .pattern = "effort"}),
        field("timezone", &B::timezone, "IANA time zone of the agent, such as Europe/Berlin; if unset: UTC",
              {.nullable = true, .agent_decides = true, .pattern = "zone-or-none", .example = "Europe/Berlin"}),
    };
  }
};

struct SettingsAdvanced {
  double temperature = 0.7;
  std::int64_t max_tokens = 8192, context_window_tokens = 131072, max_tool_iterations = 50, max_goal_turns = 20,
               max_tool_result_chars = 20000, max_concurrent_requests = 4, max_concurrent_cron_jobs = 2, reflection_interval_h = 24,
               provider_first_byte_ms = kFirstByteMs, provider_piece_ms = kPieceMs, provider_answer_ms = kAnswerMs, max_turn_ms = kTurnMs,
               max_job_history = 20, retention_days = 0;
  std::string provider_retry_mode = "standard";
  bool unified_session = false, policy_enabled = true, policy_skip_cron = false, reflection_auto_apply = true;

  static constexpr ShapeHead shape{"SettingsAdvanced", "Limits and behaviour", Members::open};
  static constexpr auto fields() {
    using A = SettingsAdvanced;
    constexpr Attr limit = {.format = Format::milliseconds, .agent_decides = true, .min = kLeastLimitMs, .max = kLongestLimitMs};
    return Fields{
        field("temperature", &A::temperature, "sampling temperature of the model", {.agent_decides = true, .min = 0, .max = 2}),
        field("max_tokens", &A::max_tokens, "maximum length of the model's answer", {.agent_decides = true, .min = 1, .max = 1e6}),
        field("context_window_tokens", &A::context_window_tokens, "context window of the model",
              {.agent_decides = true, .min = 1024, .max = 1e7}),
        field("max_tool_iterations", &A::max_tool_iterations, "maximum rounds of tool calls in a turn",
              {.agent_decides = true, .min = 1, .max = 1000}),
        field("max_goal_turns", &A::max_goal_turns, "maximum turns towards a goal; 0 is no limit",
              {.agent_decides = true, .min = 0, .max = 10000}),
        field("max_tool_result_chars", &A::max_tool_result_chars, "maximum length of a tool result passed to the model",
              {.agent_decides = true, .min = 100, .max = 1e7}),
        field("max_concurrent_requests", &A::max_concurrent_requests,
              "maximum concurrent requests to providers; takes effect after a restart", {.agent_decides = true, .min = 1, .max = 1000}),
        field("max_concurrent_cron_jobs", &A::max_concurrent_cron_jobs, "maximum concurrent cron jobs",
              {.agent_decides = true, .min = 1, .max = 100}),
        field("reflection_interval_h", &A::reflection_interval_h, "time between reflections; 0 turns them off",
              {.format = Format::hours, .agent_decides = true, .min = 0, .max = 8760, .alias = "dream_interval_h"}),
        field("provider_retry_mode", &A::provider_retry_mode, "how failed requests to providers are retried",
              {.choices = kRetryModes, .agent_decides = true}),
        field("unified_session", &A::unified_session, "one session for all channels; takes effect after a restart"),
        field("policy_enabled", &A::policy_enabled, "apply the tool policy"),
        field("policy_skip_cron", &A::policy_skip_cron, "exempt cron jobs from the tool policy"),
        field("reflection_auto_apply", &A::reflection_auto_apply, "apply the proposals of a reflection without asking"),
        field("provider_first_byte_ms", &A::provider_first_byte_ms, "longest wait for the first byte of a model's answer (extension)",
              limit),
        field("provider_piece_ms", &A::provider_piece_ms, "longest pause between two pieces of the answer (extension)", limit),
        field("provider_answer_ms", &A::provider_answer_ms, "longest time for the whole answer of a model (extension)", limit),
        field("max_job_history", &A::max_job_history, "number of past runs of a cron job that its next run sees (extension)",
              {.agent_decides = true, .min = 0, .max = 1000}),
        field("retention_days", &A::retention_days,
              "days to keep A2A sessions and ended tasks after their last change; 0 is forever (extension)",
              {.agent_decides = true, .min = 0, .max = 36500}),
        field("max_turn_ms", &A::max_turn_ms, "longest work of a turn; waiting for a person does not count (extension)", limit),
    };
  }
};

struct BrowserCamoufox {
  bool humanize = true;
  std::optional<std::string> geoip;

  static constexpr ShapeHead shape{"BrowserCamoufox", "Settings of the camoufox browser", Members::open};
  static constexpr std::string_view patch_name = "BrowserCamoufoxPatch";
  static constexpr auto fields() {
    using C = BrowserCamoufox;
    return Fields{field("humanize", &C::humanize, "move the pointer like a human"),
                  field("geoip", &C::geoip, "IP address whose location the browser claims",
                        {.nullable = true, .max_length = 200, .pattern = "one-line"})};
  }
};

struct BrowserPlaywright {
  bool headless = true;
  std::vector<std::string> extra_args;

  static constexpr ShapeHead shape{"BrowserPlaywright", "Settings of the playwright browser", Members::open};
  static constexpr std::string_view patch_name = "BrowserPlaywrightPatch";
  static constexpr auto fields() {
    using P = BrowserPlaywright;
    return Fields{field("headless", &P::headless, "run headless"),
                  field("extra_args", &P::extra_args, "additional arguments of the browser",
                        {.not_blank = true, .max_length = 500, .pattern = "line"})};
  }
};

struct BrowserStealth {
  bool advertise_stealth = false, block_trackers = true;

  static constexpr ShapeHead shape{"BrowserStealth", "How the browser avoids detection", Members::open};
  static constexpr std::string_view patch_name = "BrowserStealthPatch";
  static constexpr auto fields() {
    using S = BrowserStealth;
    return Fields{field("advertise_stealth", &S::advertise_stealth, "tell the model that the browser avoids detection"),
                  field("block_trackers", &S::block_trackers, "block known trackers")};
  }
};

/// Everything here takes effect after a restart.
struct SettingsBrowser {
  bool enable = false;
  std::string backend = "auto";
  std::int64_t command_timeout = 30, inactivity_timeout = 600, max_concurrent_sessions = 2, max_named_sessions = 5;
  bool allow_private_urls = false;
  std::vector<std::string> domain_allowlist, domain_denylist;
  bool record_sessions = false;
  std::string user_agent;
  std::int64_t snapshot_max_chars = 20000;
  std::optional<Secret> proxy;
  bool proxy_set = false;
  BrowserCamoufox camoufox;
  BrowserPlaywright playwright;
  BrowserStealth stealth;

  static constexpr ShapeHead shape{"SettingsBrowser", "The agent's browser", Members::open};
  static constexpr std::string_view patch_name = "SettingsBrowserPatch";
  static constexpr auto fields() {
    using B = SettingsBrowser;
    constexpr Attr domain = {.not_blank = true, .max_length = 253, .pattern = "domain"};
    return Fields{
        field("enable", &B::enable, "let the agent use a browser"),
        field("backend", &B::backend, "which browser", {.choices = kBrowserBackends, .agent_decides = true}),
        field("command_timeout", &B::command_timeout, "maximum time for one command",
              {.format = Format::seconds, .agent_decides = true, .min = 1, .max = 3600}),
        field("inactivity_timeout", &B::inactivity_timeout, "close a session when it has been idle for this long",
              {.format = Format::seconds, .agent_decides = true, .min = 1, .max = 86400}),
        field("max_concurrent_sessions", &B::max_concurrent_sessions, "maximum number of open sessions",
              {.agent_decides = true, .min = 1, .max = 100}),
        field("max_named_sessions", &B::max_named_sessions, "number of named sessions to keep",
              {.agent_decides = true, .min = 0, .max = 1000}),
        field("allow_private_urls", &B::allow_private_urls, "allow addresses on the local network"),
        field("domain_allowlist", &B::domain_allowlist, "only these domains; empty: all", domain),
        field("domain_denylist", &B::domain_denylist, "never these domains; overrides the other list", domain),
        field("record_sessions", &B::record_sessions, "keep recordings of sessions"),
        field("user_agent", &B::user_agent, "user agent of the browser; empty: its own", {.max_length = 500, .pattern = "one-line"}),
        field("snapshot_max_chars", &B::snapshot_max_chars, "maximum length of page text passed to the model",
              {.agent_decides = true, .min = 100, .max = 1e7}),
        field("proxy", &B::proxy, "address of a proxy, masked in replies; null removes it",
              {.nullable = true, .secret = true, .max_length = 2000, .pattern = "proxy"}),
        field("proxy_set", &B::proxy_set, "whether a proxy is stored", {.flag = "-"}),
        field("camoufox", &B::camoufox, "for camoufox only"),
        field("playwright", &B::playwright, "for playwright only"),
        field("stealth", &B::stealth, "how the browser avoids detection"),
    };
  }
};

struct SettingsImprovement {
  bool enabled = false;
  std::optional<std::string> model_override, provider_override;
  std::string mode = "review";
  std::vector<std::string> auto_triggers = {"goal_done", "user_correction"};
  std::int64_t interval_h = 24, max_iterations = 10;
  std::vector<std::string> scopes = {"memory", "skills"};
  std::string validation_level = "standard";

  static constexpr ShapeHead shape{"SettingsImprovement", "How the agent improves itself", Members::open};
  static constexpr std::string_view patch_name = "SettingsImprovementPatch";
  static constexpr auto fields() {
    using I = SettingsImprovement;
    return Fields{
        field("enabled", &I::enabled, "let the agent improve itself"),
        field("model_override", &I::model_override, "model to use; null: the agent's",
              {.nullable = true, .max_length = 200, .pattern = "one-line"}),
        field("provider_override", &I::provider_override, "provider to use; null: the agent's",
              {.nullable = true, .choices = kOverrideChoices, .agent_decides = true, .max_length = 200}),
        field("mode", &I::mode, "how proposals are handled", {.choices = kImprovementModes, .agent_decides = true}),
        field("auto_triggers", &I::auto_triggers, "what starts a run", {.choices = kImprovementTriggers, .agent_decides = true}),
        field("interval_h", &I::interval_h, "time between scheduled runs",
              {.format = Format::hours, .agent_decides = true, .min = 1, .max = 8760}),
        field("max_iterations", &I::max_iterations, "maximum rounds of a run", {.agent_decides = true, .min = 1, .max = 100}),
        field("scopes", &I::scopes, "what may be changed", {.choices = kImprovementScopes, .agent_decides = true}),
        field("validation_level", &I::validation_level, "how thoroughly a proposal is checked",
              {.choices = kValidationLevels, .agent_decides = true}),
    };
  }
};

struct SettingsChoice {
  std::string value, label;

  static constexpr ShapeHead shape{"SettingsChoice", "A value and its display name", Members::open};
  static constexpr auto fields() {
    return Fields{field("value", &SettingsChoice::value, "the value"), field("label", &SettingsChoice::label, "its name")};
  }
};

struct SettingsOptions {
  using Words = std::vector<std::string>;
  std::vector<SettingsChoice> providers;
  Words reasoning_effort, provider_retry_mode;
  std::optional<Words> browser_backends, self_improvement_modes, self_improvement_triggers, self_improvement_scopes,
      self_improvement_validation_levels;

  static constexpr ShapeHead shape{"SettingsOptions", "The possible values", Members::open};
  static constexpr auto fields() {
    using O = SettingsOptions;
    return Fields{
        field("providers", &O::providers, "known providers"),
        field("reasoning_effort", &O::reasoning_effort, "values of reasoning_effort"),
        field("provider_retry_mode", &O::provider_retry_mode, "values of provider_retry_mode"),
        field("browser_backends", &O::browser_backends, "values of browser.backend"),
        field("self_improvement_modes", &O::self_improvement_modes, "values of self_improvement.mode"),
        field("self_improvement_triggers", &O::self_improvement_triggers, "values of self_improvement.auto_triggers"),
        field("self_improvement_scopes", &O::self_improvement_scopes, "values of self_improvement.scopes"),
        field("self_improvement_validation_levels", &O::self_improvement_validation_levels, "values of self_improvement.validation_level"),
    };
  }
};

/// The whole document; as the answer to a change also with what changed.
struct Settings {
  SettingsBasic basic;
  SettingsAdvanced advanced;
  std::optional<SettingsBrowser> browser;
  std::optional<SettingsImprovement> self_improvement;
  SettingsOptions options;
  std::optional<std::vector<std::string>> changes;
  std::optional<bool> restart_needed;

  static constexpr ShapeHead shape{"Settings", "The agent's settings", Members::open};
  static constexpr auto fields() {
    using S = Settings;
    return Fields{
        field("basic", &S::basic, "models, providers and time zone"),
        field("advanced", &S::advanced, "limits and behaviour"),
        field("browser", &S::browser, "the agent's browser"),
        field("self_improvement", &S::self_improvement, "how the agent improves itself"),
        field("options", &S::options, "the possible values"),
        field("changes", &S::changes, "after a change: the keys that changed"),
        field("restart_needed", &S::restart_needed, "after a change: true if part of it needs a restart"),
    };
  }
};

}  // namespace facio
