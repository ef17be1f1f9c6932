#include "commands/serve/http/parser.hpp"

#include <algorithm>
#include <utility>
#include <boost/beast/core/string.hpp>

namespace facio::serve {
namespace http = boost::beast::http;

RequestParser::RequestParser(RequestHead& head, std::string& body, std::uint32_t header_bytes, std::span<const std::string_view> kept)
    : head_(head), body_(body), kept_(kept) {
  head_.clear();
  body_.clear();
  header_limit(header_bytes);
  body_limit(boost::none);  // the endpoint's limit is known only after the header
}

std::size_t RequestParser::put(boost::asio::const_buffer bytes, error_code& error) {
  const bool before = is_header_done();
  const std::size_t taken = basic_parser::put(bytes, error);
  // The header is taken in one piece, when it is complete. The base joins folded lines; others end the header there, or see another one.
  if (before || !is_header_done()) return taken;
  const std::string_view header(static_cast<const char*>(bytes.data()), taken);
  if (header.find("\r\n ") != std::string_view::npos || header.find("\r\n\t") != std::string_view::npos)
    error = http::make_error_code(http::error::bad_obs_fold);
  return taken;
}

std::uint64_t RequestParser::declared_length() const {
  const auto length = content_length();
  return length ? *length : 0;
}

void RequestParser::on_request_impl(http::verb, view method_text, view target, int version, error_code& error) {
  error = {};
  modern_ = version >= 11;
  head_.method.assign(method_text.data(), method_text.size());
  head_.target.assign(target.data(), target.size());
}

void RequestParser::on_field_impl(http::field name, view name_text, view value, error_code& error) {
  error = {};
  if (header_over_) return;  // trailers change nothing
  const auto set = [&](std::string& to) { to.assign(value.data(), value.size()); };
  switch (name) {
    case http::field::host:
      head_.has_host = true;
      set_once(head_.host, seen_.host, value);
      break;
    case http::field::authorization: set_once(head_.authorization, seen_.authorization, value); break;
    case http::field::origin: set_once(head_.origin, seen_.origin, value); break;
    case http::field::content_type: set_once(head_.content_type, seen_.content_type, value); break;
    case http::field::access_control_request_method: set(head_.preflight_method); break;
    case http::field::expect: head_.expects_continue = boost::beast::iequals(value, "100-continue"); break;
    case http::field::transfer_encoding:
      if (std::exchange(seen_.coding, true) || !modern_ || !boost::beast::iequals(value, "chunked")) head_.malformed = true;
      break;
    case http::field::content_length:
      if (std::exchange(seen_.length, true)) head_.malformed = true;
      break;
    case http::field::accept: set(head_.accept); break;
    default:
      if (boost::beast::iequals(name_text, "Sec-Fetch-Site")) set_once(head_.fetch_site, seen_.fetch_site, value);
      if (boost::beast::iequals(name_text, "X-Request-Id")) set(head_.request_id);
      if (boost::beast::iequals(name_text, "X-Forwarded-For")) set(head_.forwarded_for);
      keep_header(name_text, value);
      break;
  }
}

/// For headers that decide who may do what: of two, another reader of the request could believe the other one.
void RequestParser::set_once(std::string& to, bool& seen, view value) {
  if (std::exchange(seen, true)) head_.malformed = true;
  to.assign(value.data(), value.size());
}

void RequestParser::keep_header(view name, view value) {
  for (const std::string_view wanted : kept_) {
    if (!boost::beast::iequals(name, view(wanted.data(), wanted.size()))) continue;
    if (std::ranges::any_of(head_.kept, [&](const auto& before) { return before.first == wanted; })) head_.malformed = true;
    head_.kept.emplace_back(wanted, std::string(value.data(), value.size()));
  }
}

void RequestParser::on_header_impl(error_code& error) {
  error = {};
  header_over_ = true;
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& error) {
  error = {};
  if (length && *length <= limit_) body_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, 64 * 1024)));
}

std::size_t RequestParser::on_body_impl(view piece, error_code& error) { return keep(piece, error); }

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, view piece, error_code& error) { return keep(piece, error); }

std::size_t RequestParser::keep(view piece, error_code& error) {
  if (body_.size() + piece.size() > limit_) {
    error = http::error::body_limit;
    return 0;
  }
  error = {};
  body_.append(piece.data(), piece.size());
  return piece.size();
}

}  // namespace facio::serve
