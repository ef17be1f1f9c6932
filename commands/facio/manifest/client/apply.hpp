// Carrying out a plan.
#pragma once

#include "commands/facio/manifest/client/plan.hpp"

namespace facio::manifest {

struct ApplyOptions {
  bool fail_fast = false;
  std::string command = "apply";          ///< for the receipt
  std::string task = {};                  ///< the plan as a file, kept until all of it is done, for resuming it
  const JsonDocument* resumed = nullptr;  ///< the receipt of the apply that is gone on with, under its id
  /// What the record held of objects before an apply that is rolled back now, by full name; null: nothing.
  const std::map<std::string, std::optional<Remembered>, std::less<>>* former = nullptr;
  /// Called with each step as soon as it is decided what became of it.
  std::function<void(const ManifestStep&)> tell = {};
  /// Called with the id of the apply once it is kept what everything was like, and before anything is sent.
  std::function<Status(const std::string& id)> before_writing = {};
};

/// Does the steps of a plan, in order. Before each the object is read again: one that was changed since the plan is left alone. A step that
/// got no answer is read again, never assumed. What an object was like before is kept first, for rollback; the record says what was
/// intended before anything is sent, and what was done after it, so that the next apply finishes what was broken off at any moment.
/// Code::usage when a secret cannot be read, Code::conflict when the plan has conflicts: then nothing is sent.
Result<ManifestApplied> carry_out(Client& writer, Client& reader, Plan& plan, Record& record, const ApplyOptions& options);

/// The exit code, and what to say to it, of an apply. Nothing when everything was done.
std::optional<Error> failure_of(const ManifestApplied& applied);

}  // namespace facio::manifest
