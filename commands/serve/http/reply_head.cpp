#include "commands/serve/http/reply_head.hpp"

#include <charconv>

namespace facio::serve {
namespace {

void append_number(std::string& out, std::size_t number) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end);
}

}  // namespace

std::string_view reason_of(unsigned status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Payload Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Unknown";
  }
}

void write_reply_head(std::string& out, const Answer& answer, std::string_view date_line, Connection connection, Framing framing) {
  out.assign("HTTP/1.1 ");
  append_number(out, answer.status);
  out += ' ';
  out += reason_of(answer.status);
  out += "\r\n";
  out += date_line;
  out += "Content-Type: ";
  out += answer.media;
  if (answer.status == 204 || answer.status == 304) {  // these never have a body
  } else if (framing == Framing::length) {
    out += "\r\nContent-Length: ";
    append_number(out, answer.body.size());
  } else if (framing == Framing::chunked) {
    out += "\r\nTransfer-Encoding: chunked";
  }
  out += "\r\nX-Content-Type-Options: nosniff\r\nCache-Control: ";
  out += answer.cache;
  out += "\r\n";
  out += answer.headers;
  if (connection == Connection::close) out += "Connection: close\r\n";
  if (connection == Connection::keep) out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

}  // namespace facio::serve
