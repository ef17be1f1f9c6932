#include "commands/serve/http/reply_head.hpp"

#include <boost/beast/http/status.hpp>

namespace facio::serve {
namespace http = boost::beast::http;

void write_reply_head(std::string& out, const Answer& answer, std::string_view date_line, Connection connection, Framing framing) {
  out.assign("HTTP/1.1 ");
  out += std::to_string(answer.status);
  out += ' ';
  out += http::obsolete_reason(http::int_to_status(answer.status));
  out += "\r\n";
  out += date_line;
  out += "Content-Type: ";
  out += answer.media;
  if (answer.status == 204 || answer.status == 304) {  // these never have a body
  } else if (framing == Framing::length) {
    out += "\r\nContent-Length: ";
    out += std::to_string(answer.body.size());
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
