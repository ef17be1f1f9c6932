// Who holds the lock on a file.
#pragma once

#include <string>

namespace facio {

/// "process 1234 (facioctl)" for the one that holds the lock of flock() on this open file; empty where the system does not tell.
std::string lock_holder(int fd);

}  // namespace facio
