// From the body of a create or update to a job.
#pragma once

#include <cstdint>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/cron/shapes.hpp"

namespace facio::serve {

/// A new job, without id and without planned run. Message and delivery may stand flat or in a nested `payload`; flat wins.
/// Code::rejected naming the field that is wrong.
Result<CronJob> job_from_body(JsonRef body, std::int64_t now);

/// Lays the parts that the body names over a job; null clears an optional part. A schedule of the same kind is changed member by
/// member, one of another kind replaces the old. The job's state is left alone. On failure the job is unspecified.
Status change_job(CronJob& job, JsonRef body, std::int64_t now);

}  // namespace facio::serve
