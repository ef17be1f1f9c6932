// What the parts of ImprovementService share.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/improvement/server/service.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/improvement/server/listener.hpp"
#include "commands/facio/improvement/server/run_records.hpp"
#include "commands/serve/alarm_clock.hpp"
#include "commands/serve/cancel.hpp"
#include "commands/serve/timed_mutex.hpp"
#include "commands/facio/settings/server/service.hpp"
#include "commands/facio/versions/server/service.hpp"

namespace facio {

struct ImprovementService::Impl {
  using Guard = std::unique_lock<serve::TimedMutex>;

  /// A run that is to be made.
  struct Wanted {
    std::optional<std::string> session = {};  ///< nothing: all of them
    std::string trigger = {};
    bool reflection = false;  ///< the curation of the memory by the clock: of the memory alone, applied by reflection_auto_apply
    bool by_itself = false;   ///< nobody asked for it: without anything new there is no run
  };

  Impl(const serve::ServiceContext& context, VersionsService& of) : base(context), versions(of) {}

  const serve::ServiceContext& base;
  VersionsService& versions;
  serve::ModelChoice* models = nullptr;
  const CredentialsService* credentials = nullptr;
  serve::TimedMutex applying;  ///< held by whoever changes the workspace in the name of a run
  serve::TimedMutex thinking;  ///< held by whoever goes over history
  serve::Cancel cut_off;       ///< of models that are asked
  std::mutex mutex;            ///< guards what follows
  std::condition_variable quiet;
  std::size_t in_pool = 0;
  bool stopping = false;
  std::map<std::string, std::optional<Wanted>, std::less<>> going;      ///< agents with a run by itself, and what is to follow it
  std::map<std::string, std::int64_t, std::less<>> last_goal;           ///< when a finished goal started a run
  std::map<std::pair<std::string, std::string>, std::int64_t> last_at;  ///< when the clock started a run: by agent and kind
  std::vector<std::string> agents;                                      ///< that the clock is for
  serve::AlarmClock alarm;                                              ///< ends before what its thread uses

  Result<Guard> one_at_a_time(serve::TimedMutex& of);
  [[nodiscard]] std::string now() const;

  // service.cpp: proposals and decisions
  Result<std::vector<FileChange>> changes_of(const serve::RunArtifacts& artifacts);
  Result<std::vector<FileChange>> without_lines(const std::string& applied);
  Status write(const FileChange& change, const std::optional<std::string>& expected, const std::optional<std::string>& wanted);
  Status write_all(const std::vector<FileChange>& changes);
  Result<std::string> version(std::string_view agent, std::string reason, std::string actor);
  Result<ImprovementRun> apply(std::string_view agent, ImprovementRun run, serve::RunArtifacts artifacts, std::string approval);
  Status save(std::string_view agent, const ImprovementRun& run, const serve::RunArtifacts* artifacts);

  // service_reflect.cpp: how a proposal comes about
  struct Draft {
    ImprovementRun run;
    serve::RunArtifacts artifacts;
    std::vector<FileChange> changes;
    std::optional<UsageRun> usage;  ///< what a model took
    bool heard = true;              ///< what was read counts as read
  };
  Result<std::optional<ImprovementRun>> reflect(std::string_view agent, const Wanted& wanted);
  Status draft(std::string_view agent, const Wanted& wanted, const SettingsImprovement& wishes, const serve::Heard& heard, Draft& draft);
  Status propose(const serve::Heard& heard, Draft& draft);
  Status ask(std::string_view agent, const Wanted& wanted, const SettingsImprovement& wishes, const serve::Heard& heard, Draft& draft);
  Status keep(std::string_view agent, const Draft& draft, const serve::Heard& heard);

  // service_triggers.cpp: what starts a run by itself
  void start_by_itself(const std::string& agent, Wanted wanted);
  void run_by_itself(const std::string& agent, const Wanted& wanted);
  void arm();
  void tick();
  [[nodiscard]] std::optional<std::int64_t> due(const std::string& agent, bool reflection);
};

}  // namespace facio
