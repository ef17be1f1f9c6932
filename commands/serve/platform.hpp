// What the server as such gives to every handler, besides the service that the handler belongs to.
#pragma once

namespace facio::store {
class Store;
}

namespace facio::serve {

class Clock;
class WorkPool;

/// All of it outlives the requests.
struct Platform {
  store::Store& store;
  const Clock& clock;
  WorkPool& pool;  ///< for everything that blocks
};

}  // namespace facio::serve
