// An answer whose body goes on, as server-sent events do.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace facio {

class LiveAnswer {
 public:
  struct Impl;
  explicit LiveAnswer(std::unique_ptr<Impl> impl);
  LiveAnswer(LiveAnswer&&) noexcept;
  LiveAnswer& operator=(LiveAnswer&&) noexcept;
  ~LiveAnswer();

  [[nodiscard]] unsigned status() const;
  [[nodiscard]] const std::string& content_type() const;

  struct Piece {
    enum class State : std::uint8_t {
      bytes,
      nothing,  ///< none came in time; more may come
      ended,    ///< the body is complete
      broken,   ///< the connection is lost; `text` says why
    };
    State state;
    std::string text;
  };
  /// The next piece of the body, waiting at most so long.
  Piece read(int wait_ms);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
