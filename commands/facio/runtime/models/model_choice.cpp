#include "commands/facio/runtime/models/model_choice.hpp"

#include <algorithm>
#include <array>

#include "cli/core/text.hpp"
#include "commands/facio/providers/rules.hpp"
#include "commands/facio/providers/server/service.hpp"
#include "commands/facio/runtime/models/builtin_model.hpp"
#include "commands/facio/runtime/models/openai_model.hpp"
#include "commands/facio/settings/server/service.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kBuiltin = "builtin";

/// Addresses that providers have although the list of them names none: their own libraries know these.
struct OwnBase {
  std::string_view provider, base;
};
constexpr OwnBase kOwnBases[] = {
    {"openai", "https://api.openai.com/v1"},
    {"anthropic", "https://api.anthropic.com/v1"},
    {"minimax", "https://api.minimax.io/v1"},
};

/// Words of model names, and whose they are. The first that fits counts.
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
bool is_o_series(std::string_view name) { return name.size() >= 2 && name[0] == 'o' && name[1] >= '0' && name[1] <= '9'; }

/// The name of a provider as a prefix of models writes it.
std::string provider_of_prefix(std::string_view prefix) {
  std::string name = lower(prefix);
  std::ranges::replace(name, '-', '_');
  return name;
}

}  // namespace

std::string_view family_of(std::string_view model) {
  const std::string name = lower(model.substr(model.rfind('/') == std::string_view::npos ? 0 : model.rfind('/') + 1));
  for (const Family& one : kFamilies)
    if (name.find(one.word) != std::string::npos) return one.provider;
  return is_o_series(name) ? "openai" : std::string_view{};
}

struct ModelChoice::Impl {
  store::Store& store;
  SettingsService& settings;
  ProvidersService& providers;
  const Outbound& outbound;
  const WorkspaceFiles& files;
  std::string version;
  ProviderQuirks quirks;

  /// Where a provider is; empty when nobody said.
  std::string base_of(std::string_view agent, std::string_view provider) {
    auto base = providers.api_base(agent, provider);
    if (base && !base->empty()) {
      while (base->ends_with('/')) base->pop_back();
      return *base;
    }
    for (const OwnBase& own : kOwnBases)
      if (own.provider == provider) return std::string(own.base);
    return {};
  }
  bool has_key(std::string_view agent, std::string_view provider) { return providers.key(agent, provider).has_value(); }
  /// Whether a request to it could work.
  bool set_up(std::string_view agent, const ::facio::providers::Known& known) {
    if (known.oauth || base_of(agent, known.name).empty()) return false;
    return !known.needs_key || has_key(agent, known.name);
  }
  /// A local or direct provider counts only when somebody gave its address or key.
  bool chosen_by_hand(std::string_view agent, const ::facio::providers::Known& known) {
    const auto base = providers.api_base(agent, known.name);
    return (base && !base->empty() && *base != known.default_base) || has_key(agent, known.name);
  }

  /// The provider for a model when none is named.
  std::string provider_for(std::string_view agent, const std::string& model) {
    using ::facio::providers::find;
    if (const auto slash = model.find('/'); slash != std::string::npos) {
      std::string prefix = provider_of_prefix(std::string_view(model).substr(0, slash));
      if (find(prefix) != nullptr) return prefix;
    }
    const auto local = [&]() -> std::string {
      for (const auto& known : ::facio::providers::kKnown)
        if ((known.local || known.direct) && chosen_by_hand(agent, known)) return std::string(known.name);
      return {};
    };
    const bool open_weights = lower(model).find("gemma") != std::string::npos;  // rather on the own machine than at their maker's
    if (open_weights)
      if (std::string found = local(); !found.empty()) return found;
    const std::string_view family = family_of(model);
    if (const auto* known = find(family); known != nullptr && set_up(agent, *known)) return std::string(family);
    if (std::string found = local(); !found.empty()) return found;
    for (const std::string_view gateway : kGateways)
      if (has_key(agent, gateway)) return std::string(gateway);
    return std::string(family);
  }

  Result<ChosenModel> remote(std::string_view agent, const std::string& provider, std::string model) {
    const auto* known = ::facio::providers::find(provider);
    if (known == nullptr) return fail(Code::unavailable, "there is no provider \"" + provider + "\"", "facioctl providers list");
    if (known->oauth)
      return fail(Code::unavailable, "this runtime cannot ask " + provider + ", which is reached by a login only; choose another provider",
                  "facioctl settings set provider=NAME");
    if (const auto slash = model.find('/');
        slash != std::string::npos && provider_of_prefix(std::string_view(model).substr(0, slash)) == provider)
      model.erase(0, slash + 1);
    ModelAddress address{.provider = provider, .base = base_of(agent, provider), .key = {}, .headers = {}, .extra_body = {}};
    if (address.base.empty())
      return fail(Code::unavailable, "the provider " + provider + " has no address",
                  "facioctl providers set " + provider + " --api-base URL");
    auto key = providers.key(agent, provider);
    if (key) address.key = std::move(*key);
    else if (known->needs_key)
      return fail(Code::unavailable, "the provider " + provider + " has no key: " + key.error().message(),
                  "facioctl providers set " + provider);
    address.key_as_header = provider == "azure_openai";
    auto extras = providers.extras(agent, provider);
    if (!extras) return fail(Code::unavailable, "the provider " + provider + ": " + extras.error().message());
    address.headers = std::move(extras->headers);
    address.extra_body = std::move(extras->body);
    return ChosenModel{.model = std::make_unique<OpenAiModel>(outbound, quirks, std::move(address)),
                       .provider = provider,
                       .name = std::move(model),
                       .remote = true};
  }
};

ModelChoice::ModelChoice(store::Store& store, SettingsService& settings, ProvidersService& providers, const Outbound& outbound,
                         const WorkspaceFiles& files, std::string version)
    : impl_(new Impl{.store = store,
                     .settings = settings,
                     .providers = providers,
                     .outbound = outbound,
                     .files = files,
                     .version = std::move(version),
                     .quirks = {}}) {}
ModelChoice::~ModelChoice() = default;

Result<ChosenModel> ModelChoice::choose(std::string_view agent, const std::string& provider, const std::string& model) {
  const std::string wanted = model.empty() ? impl_->settings.model(agent) : model;
  std::string who = provider.empty() ? impl_->settings.provider(agent) : provider;
  if (who == "auto" || who.empty()) who = wanted == kBuiltin || wanted.empty() ? std::string(kBuiltin) : impl_->provider_for(agent, wanted);
  if (who.empty())
    return fail(Code::unavailable, "no provider is set up for the model " + wanted + "; name one, and give it a key or an address",
                "facioctl providers list");
  if (who == kBuiltin)
    return ChosenModel{.model = std::make_unique<BuiltinModel>(impl_->store, impl_->settings, impl_->files, impl_->version),
                       .provider = std::string(kBuiltin),
                       .name = std::string(kBuiltin)};
  return impl_->remote(agent, who, wanted);
}

}  // namespace facio::serve
