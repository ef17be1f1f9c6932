#include "commands/facio/runtime/models/model_choice.hpp"

#include <algorithm>

#include "cli/core/text.hpp"
#include "commands/facio/providers/rules.hpp"
#include "commands/facio/providers/server/service.hpp"
#include "commands/facio/runtime/models/builtin_model.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kBuiltin = "builtin";

/// Addresses of providers that the list of providers leaves out: their own libraries know these.
struct OwnBase {
  std::string_view provider, base;
};
constexpr OwnBase kOwnBases[] = {
    {"openai", "https://api.openai.com/v1"},
    {"anthropic", "https://api.anthropic.com/v1"},
    {"minimax", "https://api.minimax.io/v1"},
};

/// Words in model names, and the provider they point to. The first match counts.
struct Family {
  std::string_view word, provider;
};
constexpr Family kFamilies[] = {
    {"claude", "anthropic"},  {"gpt-oss", ""},          {"gpt", "openai"},      {"chatgpt", "openai"},  {"codex", "openai"},
    {"deepseek", "deepseek"}, {"gemini", "gemini"},     {"gemma", "gemini"},    {"glm", "zhipu"},       {"qwen", "dashscope"},
    {"kimi", "moonshot"},     {"moonshot", "moonshot"}, {"minimax", "minimax"}, {"doubao", "byteplus"},
};
constexpr std::string_view kGateways[] = {"openrouter", "huggingface", "opencode_go"};

/// "o1", "o3-mini": the letter and a digit at the beginning.
bool is_o_series(std::string_view name) { return name.size() >= 2 && name[0] == 'o' && is_digit(name[1]); }

/// The provider that a model's prefix names ("open-router/x"); empty when there is no prefix.
std::string prefix_of(std::string_view model) {
  const auto slash = model.find('/');
  std::string name = lower(model.substr(0, slash == std::string_view::npos ? 0 : slash));
  std::ranges::replace(name, '-', '_');
  return name;
}

}  // namespace

std::string_view family_of(std::string_view model) {
  const std::string name = lower(model.substr(model.rfind('/') + 1));  // npos + 1 is 0
  for (const Family& one : kFamilies)
    if (name.find(one.word) != std::string::npos) return one.provider;
  return is_o_series(name) ? "openai" : std::string_view{};
}

std::string ModelChoice::base_of(std::string_view agent, std::string_view provider) {
  auto base = providers_.api_base(agent, provider);
  if (base && !base->empty()) {
    while (base->ends_with('/')) base->pop_back();
    return *base;
  }
  const auto* own = std::ranges::find(kOwnBases, provider, &OwnBase::provider);
  return own == std::end(kOwnBases) ? std::string() : std::string(own->base);
}

bool ModelChoice::has_key(std::string_view agent, std::string_view provider) { return providers_.key(agent, provider).has_value(); }

/// Whether a request to it could work.
bool ModelChoice::set_up(std::string_view agent, const ::facio::providers::Known& known) {
  return !known.oauth && !base_of(agent, known.name).empty() && (!known.needs_key || has_key(agent, known.name));
}

/// A local or direct provider counts only when somebody configured its address or key.
bool ModelChoice::chosen_by_hand(std::string_view agent, const ::facio::providers::Known& known) {
  const auto base = providers_.api_base(agent, known.name);
  return (base && !base->empty() && *base != known.default_base) || has_key(agent, known.name);
}

std::string ModelChoice::local_provider(std::string_view agent) {
  for (const auto& known : ::facio::providers::kKnown)
    if ((known.local || known.direct) && chosen_by_hand(agent, known)) return std::string(known.name);
  return {};
}

std::string ModelChoice::provider_for(std::string_view agent, const std::string& model) {
  using ::facio::providers::find;
  if (std::string prefix = prefix_of(model); find(prefix) != nullptr) return prefix;
  std::string local = local_provider(agent);
  const bool open_weights = lower(model).find("gemma") != std::string::npos;  // prefer running these locally to asking their maker
  if (open_weights && !local.empty()) return local;
  const std::string_view family = family_of(model);
  if (const auto* known = find(family); known != nullptr && set_up(agent, *known)) return std::string(family);
  if (!local.empty()) return local;
  const auto* gateway = std::ranges::find_if(kGateways, [&](std::string_view name) { return has_key(agent, name); });
  return std::string(gateway == std::end(kGateways) ? family : *gateway);
}

Result<ChosenModel> ModelChoice::remote(std::string_view agent, const std::string& provider, std::string model) {
  const auto* known = ::facio::providers::find(provider);
  if (known == nullptr) return fail(Code::unavailable, "there is no provider \"" + provider + "\"", "facioctl providers list");
  if (known->oauth)
    return fail(Code::unavailable, "this runtime cannot use " + provider + ", which needs a login; choose another provider",
                "facioctl settings set provider=NAME");
  if (prefix_of(model) == provider) model.erase(0, model.find('/') + 1);
  ModelAddress address{.provider = provider, .base = base_of(agent, provider), .key = {}, .headers = {}, .extra_body = {}};
  if (address.base.empty())
    return fail(Code::unavailable, "the provider " + provider + " has no address",
                "facioctl providers set " + provider + " --api-base URL");
  auto key = providers_.key(agent, provider);
  if (key) address.key = std::move(*key);
  else if (known->needs_key)
    return fail(Code::unavailable, "the provider " + provider + " has no key: " + key.error().message(),
                "facioctl providers set " + provider);
  address.key_as_header = provider == "azure_openai";
  auto extras = providers_.extras(agent, provider);
  if (!extras) return fail(Code::unavailable, "the provider " + provider + ": " + extras.error().message());
  address.headers = std::move(extras->headers);
  address.extra_body = std::move(extras->body);
  const SettingsAdvanced advanced = base_.settings.advanced(agent);
  address.limits = extras->limits.within({advanced.provider_first_byte_ms, advanced.provider_piece_ms, advanced.provider_answer_ms});
  return ChosenModel{.model = std::make_unique<OpenAiModel>(outbound_, quirks_, std::move(address)),
                     .provider = provider,
                     .name = std::move(model),
                     .remote = true};
}

Result<ChosenModel> ModelChoice::choose(std::string_view agent, const std::string& provider, const std::string& model) {
  const std::string wanted = model.empty() ? base_.settings.model(agent) : model;
  std::string chosen = provider.empty() ? base_.settings.provider(agent) : provider;
  if (chosen == "auto" || chosen.empty())
    chosen = wanted == kBuiltin || wanted.empty() ? std::string(kBuiltin) : provider_for(agent, wanted);
  if (chosen.empty())
    return fail(Code::unavailable, "no provider is set up for the model " + wanted + "; set one, with a key or an address",
                "facioctl providers list");
  if (chosen != kBuiltin) return remote(agent, chosen, wanted);
  return ChosenModel{.model = std::make_unique<BuiltinModel>(base_), .provider = chosen, .name = chosen};
}

}  // namespace facio::serve
