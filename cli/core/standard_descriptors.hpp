// The descriptors of the standard streams, where the caller closed some of them.
#pragma once

namespace facio {

/// Opens /dev/null for each of the descriptors 0 to 2 that is closed, so that no file or connection gets its number: what is meant for
/// the standard streams would go there. Reading and writing them fails as before. To be called first. False when that is impossible.
bool occupy_standard_descriptors();

}  // namespace facio
