// HTTP/1 requests, parsed by Beast without its containers: the few headers that matter go into reused strings.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "commands/serve/http/exchange.hpp"

namespace facio::serve {

/// Reads one request into a head and a body that outlive it.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  /// `kept`: names of further headers to keep.
  RequestParser(RequestHead& head, std::string& body, std::uint32_t header_bytes, std::span<const std::string_view> kept = {});

  /// As of the base, but a header that goes on in a further line is an error.
  std::size_t put(boost::asio::const_buffer bytes, boost::beast::error_code& error);

  void set_body_limit(std::uint64_t limit) { limit_ = limit; }
  /// The declared length of the body, or 0.
  [[nodiscard]] std::uint64_t declared_length() const;
  /// HTTP/1.1, not 1.0.
  [[nodiscard]] bool modern() const { return modern_; }

 private:
  using error_code = boost::beast::error_code;
  using view = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb method, view method_text, view target, int version, error_code& error) override;
  void on_response_impl(int, view, int, error_code&) override {}
  void on_field_impl(boost::beast::http::field name, view name_text, view value, error_code& error) override;
  void on_header_impl(error_code& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& error) override;
  std::size_t on_body_impl(view piece, error_code& error) override;
  void on_chunk_header_impl(std::uint64_t, view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t remain, view piece, error_code& error) override;
  void on_finish_impl(error_code& error) override { error = {}; }

  void set_once(std::string& to, bool& seen, view value);
  void keep_header(view name, view value);
  std::size_t keep(view piece, error_code& error);

  RequestHead& head_;
  std::string& body_;
  const std::span<const std::string_view> kept_;
  std::uint64_t limit_ = std::numeric_limits<std::uint64_t>::max();
  bool header_over_ = false;
  struct {
    bool host = false, authorization = false, origin = false, fetch_site = false, content_type = false, length = false, coding = false;
  } seen_;
  bool modern_ = true;
};

}  // namespace facio::serve
