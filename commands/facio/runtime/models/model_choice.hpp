// Which provider answers, and how it is asked.
//
// In this order: a provider that is named is the one; a model "provider/name" belongs to that provider (a gateway keeps the whole name);
// words in the model's name tell whose it is, as far as that provider is set up; a local provider with an address takes every other name;
// then the first gateway that has a key. Providers that need a login are never chosen by themselves.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "commands/facio/runtime/models/model.hpp"

namespace facio {
class ProvidersService;
class SettingsService;
class WorkspaceFiles;
namespace store {
class Store;
}
}  // namespace facio

namespace facio::serve {

class Outbound;

/// A model that is ready to be asked.
struct ChosenModel {
  std::unique_ptr<Model> model;
  std::string provider;
  std::string name;     ///< of the model, as the provider knows it
  bool remote = false;  ///< asked over the network
};

/// Which provider a model belongs to, by names and words alone; empty: that cannot be told. "anthropic" for "claude-sonnet-4".
std::string_view family_of(std::string_view model);

/// Safe from any thread.
class ModelChoice {
 public:
  ModelChoice(store::Store& store, SettingsService& settings, ProvidersService& providers, const Outbound& outbound,
              const WorkspaceFiles& files, std::string version);
  ~ModelChoice();

  /// The model of these names; each may be empty: that of the settings. Code::unavailable says what is not set up, and how to do it.
  Result<ChosenModel> choose(std::string_view agent, const std::string& provider, const std::string& model);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio::serve
