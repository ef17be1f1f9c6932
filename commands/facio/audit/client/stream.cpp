// facioctl audit stream: the agent's server-sent events as they come.
#include "cli/command_line/client.hpp"

namespace facio::audit {

Result<int> stream(Client& client) {
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  request->accept = "text/event-stream";
  if (client.invocation().global.only_shows()) {
    auto shown = show_or_send(client, *request);
    return shown ? Result<int>(0) : fail(std::move(shown.error()));
  }
  auto answer = client.open(*request);
  if (!answer) return fail(std::move(answer.error()));
  if (answer->status() != 200) return send_and_print(client, *request);  // the same again, as a failure with its words
  for (;;) {
    const LiveAnswer::Piece piece = answer->read(60'000);
    if (piece.state == LiveAnswer::Piece::State::ended) return 0;
    if (piece.state == LiveAnswer::Piece::State::broken)
      return fail(Code::unreachable, "the stream was cut off: " + piece.text, "facioctl audit -f");
    if (piece.state == LiveAnswer::Piece::State::nothing) return fail(Code::timeout, "nothing came for a minute, not even a sign of life");
    Output& out = client.streams().out;
    if (auto status = out.write(piece.text); !status) return fail(std::move(status.error()));
    if (auto status = out.flush(); !status) return fail(std::move(status.error()));
  }
}

}  // namespace facio::audit
