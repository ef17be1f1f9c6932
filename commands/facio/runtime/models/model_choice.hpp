// Which provider answers, and how to reach it.
//
// In this order: a provider that is named; for a model "provider/name" that provider (a gateway keeps the whole name); the provider that
// words in the model's name point to, if it is set up; a local provider with an address, for every other name; the first gateway that has a
// key. Providers that need a login are never chosen automatically.
#pragma once

#include <memory>

#include "commands/facio/runtime/models/openai_model.hpp"
#include "commands/facio/runtime/service_context.hpp"

namespace facio {
class ProvidersService;
namespace providers {
struct Known;
}
}  // namespace facio

namespace facio::serve {

/// A model that is ready to be asked.
struct ChosenModel {
  std::unique_ptr<Model> model;
  std::string provider;
  std::string name;     ///< of the model, as the provider knows it
  bool remote = false;  ///< asked over the network
};

/// The provider that a model belongs to, judging by names alone; empty: unknown. "anthropic" for "claude-sonnet-4".
std::string_view family_of(std::string_view model);

/// Safe from any thread.
class ModelChoice {
 public:
  ModelChoice(const ServiceContext& base, ProvidersService& providers, const Outbound& outbound)
      : base_(base), providers_(providers), outbound_(outbound) {}

  /// The model with these names; an empty one is taken from the settings. Code::unavailable says what is not set up, and how to do it.
  Result<ChosenModel> choose(std::string_view agent, const std::string& provider, const std::string& model);

 private:
  std::string base_of(std::string_view agent, std::string_view provider);
  bool has_key(std::string_view agent, std::string_view provider);
  bool set_up(std::string_view agent, const ::facio::providers::Known& known);
  bool chosen_by_hand(std::string_view agent, const ::facio::providers::Known& known);
  std::string local_provider(std::string_view agent);
  std::string provider_for(std::string_view agent, const std::string& model);
  Result<ChosenModel> remote(std::string_view agent, const std::string& provider, std::string model);

  const ServiceContext& base_;
  ProvidersService& providers_;
  const Outbound& outbound_;
  ProviderQuirks quirks_;
};

}  // namespace facio::serve
