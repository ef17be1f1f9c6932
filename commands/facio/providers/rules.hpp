// The table of known model providers, for client and server.
#pragma once

#include <array>
#include <string_view>

#include "cli/catalogue/catalogue.hpp"

namespace facio::providers {

/// The built-in facts about a provider.
struct Known {
  std::string_view name, label;
  std::string_view env_key = {};       ///< environment variable for its key
  std::string_view default_base = {};  ///< base URL; empty: none, or the library's own
  bool oauth = false;                  ///< uses a login instead of a key
  bool local = false;                  ///< runs on the user's machine
  bool direct = false;                 ///< a plain endpoint
  bool takes_base = true;              ///< the base URL can be changed
  bool needs_base = false;
  bool needs_key = true;
  bool device_login = false;  ///< the login works over the API
};

inline constexpr Known kKnown[] = {
    {.name = "anthropic", .label = "Anthropic", .env_key = "ANTHROPIC_API_KEY"},
    {.name = "openai", .label = "OpenAI", .env_key = "OPENAI_API_KEY"},
    {.name = "openrouter", .label = "OpenRouter", .env_key = "OPENROUTER_API_KEY", .default_base = "https://openrouter.ai/api/v1"},
    {.name = "azure_openai", .label = "Azure OpenAI", .needs_base = true},
    {.name = "bedrock", .label = "Amazon Bedrock", .env_key = "AWS_BEARER_TOKEN_BEDROCK", .needs_key = false},
    {.name = "huggingface", .label = "Hugging Face", .env_key = "HF_TOKEN", .default_base = "https://router.huggingface.co/v1"},
    {.name = "byteplus",
     .label = "BytePlus",
     .env_key = "BYTEPLUS_API_KEY",
     .default_base = "https://ark.ap-southeast.bytepluses.com/api/v3"},
    {.name = "byteplus_coding_plan",
     .label = "BytePlus Coding Plan",
     .env_key = "BYTEPLUS_CODING_PLAN_API_KEY",
     .default_base = "https://ark.ap-southeast.bytepluses.com/api/coding/v3"},
    {.name = "opencode_go", .label = "OpenCode Go", .env_key = "OPENCODE_GO_API_KEY", .default_base = "https://opencode.ai/zen/go/v1"},
    {.name = "deepseek", .label = "DeepSeek", .env_key = "DEEPSEEK_API_KEY", .default_base = "https://api.deepseek.com"},
    {.name = "gemini",
     .label = "Google Gemini",
     .env_key = "GEMINI_API_KEY",
     .default_base = "https://generativelanguage.googleapis.com/v1beta/openai/"},
    {.name = "zhipu", .label = "Zhipu (Z.ai)", .env_key = "ZAI_API_KEY", .default_base = "https://open.bigmodel.cn/api/paas/v4"},
    {.name = "dashscope",
     .label = "DashScope (Qwen)",
     .env_key = "DASHSCOPE_API_KEY",
     .default_base = "https://dashscope.aliyuncs.com/compatible-mode/v1"},
    {.name = "moonshot", .label = "Moonshot (Kimi)", .env_key = "MOONSHOT_API_KEY", .default_base = "https://api.moonshot.ai/v1"},
    {.name = "minimax", .label = "MiniMax", .env_key = "MINIMAX_API_KEY"},
    {.name = "custom", .label = "Any OpenAI-compatible server", .direct = true, .needs_base = true, .needs_key = false},
    {.name = "vllm", .label = "vLLM", .local = true, .needs_base = true, .needs_key = false},
    {.name = "ollama", .label = "Ollama", .default_base = "http://localhost:11434/v1", .local = true, .needs_key = false},
    {.name = "lm_studio", .label = "LM Studio", .default_base = "http://localhost:1234/v1", .local = true, .needs_key = false},
    {.name = "ovms", .label = "OpenVINO Model Server", .default_base = "http://localhost:8000/v3", .local = true, .needs_key = false},
    {.name = "openai_codex", .label = "OpenAI Codex", .oauth = true, .takes_base = false, .needs_key = false},
    {.name = "github_copilot", .label = "GitHub Copilot", .oauth = true, .takes_base = false, .needs_key = false, .device_login = true},
};

/// A provider that can be chosen in the settings.
struct Choice {
  std::string_view value, label;
};

/// The values of `settings set provider=…`.
inline constexpr auto kChoices = [] {
  std::array<Choice, std::size(kKnown) + 2> all{};
  all[0] = {"auto", "Automatic"};
  all[1] = {"builtin", "Built in (offline)"};
  for (std::size_t i = 0; i < std::size(kKnown); ++i) all[i + 2] = {kKnown[i].name, kKnown[i].label};
  return all;
}();

/// The provider of this name; null when it is unknown.
constexpr const Known* find(std::string_view name) {
  for (const Known& one : kKnown)
    if (one.name == name) return &one;
  return nullptr;
}

/// The known name nearest to a mistyped one; empty when nothing is near.
inline std::string_view nearest_name(std::string_view name) {
  std::array<std::string_view, std::size(kKnown)> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kKnown[i].name;
  return nearest(name, names);
}

}  // namespace facio::providers
