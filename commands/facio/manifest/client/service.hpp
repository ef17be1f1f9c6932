// What other areas may ask about manifests.
#pragma once

#include <string>

namespace facio::manifest {

/// The JSON Schema (2020-12) of a manifest, as JSON text.
std::string manifest_schema();

}  // namespace facio::manifest
