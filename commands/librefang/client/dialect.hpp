// How the versions of LibreFang differ from its document, endpoint by endpoint. It is data: lines "ID WHAT ARGUMENTS…" in
// AREA/dialects.txt, where ID is without the system's name. Lines that begin with # are comments.
//
// What of a request:
//   send PATH=FIELD…      the body's FIELD goes under PATH as well
//   const PATH=WORD…      the body has this text at PATH
//   drop FIELD…           the body has no FIELD
//   needs any             a body without any member is refused: the daemon would take everything back
//   query NAME=VALUE…     the query has it, too; VALUE "@OTHER" is that of another parameter, when it was given
//   when FIELD PATH=WORD… where the body has FIELD, it has this text at PATH
//   title PATH=FIELD      the body has at PATH, where nothing stands, a name made of the words of FIELD
//   empty FIELD…          the body has there, where nothing stands, an empty list
//   word FIELD            {"X":{}} in FIELD is sent as "X"
//   agent FIELD…          of the body or the query: an agent's id, for which its name may be given
//   move PATH=FIELD…      the body's FIELD goes to PATH, whatever stood there
//   self FIELD            the body has the path's first parameter as FIELD
//   home FIELD            the body has the daemon's own directory as FIELD
//   slashes path          a slash within a parameter of the path is sent as it is
//   ignores NAME COMMAND  a released daemon does not look at this parameter of the query: refused; COMMAND gives the like
//   shadowed TEXT         a refusal with this text comes from another route: this one does not exist
//   takes PATH=FIELD…     the body of `instead` has only these
//   instead METHOD PATH   is asked where the route does not exist; the path's {parameters} are those of the endpoint, in their order
//   gone COMMAND          replaces a route that does not exist
// "real-send", "real-instead" and so on hold for a daemon that tells versions of its API (`api` in GET /api/version), as all do that were
// ever released: for bodies that either form alone understands.
//
// What is asked around a request, because the daemon says yes to what it does not do:
//   exists PATH           before: what GET PATH has an answer for, or the request is not sent
//   listed PATH KEY…      before, where there is no such route: the list there has an item of which a KEY is the
//                         endpoint's first parameter
//   known PATH LIST KEY   before: each member of the body is the KEY of an item of the LIST that GET PATH shows
//   holds PATH FIELD=AT…  after: what GET PATH shows AT is what the body had as FIELD. A {parameter} that the endpoint lacks is a member
//                         of the answer to the request. Of a list the item counts whose id is the first parameter.
//   repair METHOD PATH TO=FIELD… TO:WORD…   is sent when a FIELD of those does not hold, with it at TO
//   failed MEMBER         counts, in the answer, what could not be done
//   fails MEMBER=WORD…    after: an answer that says so, or that has a text as MEMBER alone, tells of a failure
//   each-fails LIST MEMBER=WORD  the same for the elements of a list
//   real-echoes MEMBER=FIELD     after: the answer has as MEMBER what the body had as FIELD
//   only FIELD=MEMBER     of a list, the items whose FIELD is that MEMBER of what `exists` was answered with
//
// What of an answer, whose items, or itself, are objects:
//   items NAME…           other names of the list; "items" and a bare array are understood everywhere
//   names FIELD           an item that is a text is the object with this FIELD
//   pairs KEY VALUE       an object in the place of the list: its members are items with these two fields
//   lift NAME             the members of the object NAME stand in the answer itself
//   beside FIELD=NAME…    of a list: FIELD of an item, where it is missing, is the member, named like the item's key, of the object NAME
//                         beside the list
//   read FIELD=PATH…      FIELD, where it is missing, is what stands at PATH
//   copy FIELD=PATH…      the same, and it stays at PATH as well
//   flat FIELD=MEMBER     FIELD, an object, becomes its MEMBER; its other members stand beside it
//   pick FIELD=MEMBER     the same without the others
//   cases LIST=FIELD…     `case` for FIELD in each element of LIST
//   join LIST OTHER KEY   the items of LIST have the members of the item in OTHER with the same KEY as well
//   one LIST NAME…        an object without LIST, and without an array NAME, is the only item; NAME that is false: there is none
//   where FIELD=NAME…     of a list, the items whose FIELD is the parameter NAME of the query, which daemons do not look at
//   says MEMBER=WORD…     a success says so, whatever the daemon answers; {…} is the path's first parameter
//   case FIELD…           the words of FIELD are written in snake case: "Running" is "running"; {"Paused":{…}} is "paused", with the
//                         rest in FIELD_detail
#pragma once

#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "cli/http/client.hpp"

namespace facio::librefang {

/// The encoded values of the path's parameters, in their order.
std::vector<std::string_view> path_values(const Request& request);
/// A path with {parameters}, filled with those of the request in their order; further ones with members of `answer`, where that is JSON.
std::string filled(std::string_view path, const Request& request, std::string_view answer = {});

/// The lines of one endpoint.
class Dialect {
 public:
  /// `text`: all lines.
  Dialect(std::string_view text, std::string_view id);

  /// Whether the form of a request depends on the daemon.
  [[nodiscard]] bool asks_for_version() const;
  /// The request with the members that other versions want; `real`: only those of the lines that hold for such a daemon.
  [[nodiscard]] Result<Request> sent(const Request& request, bool real) const;
  /// What to ask where the route is missing, or, with `real`, always of such a daemon; nothing when there is no such thing.
  [[nodiscard]] std::optional<Request> instead(const Request& request, bool real) const;
  /// The command that replaces a route that is missing; empty when none is known.
  [[nodiscard]] std::string_view replacement() const { return first("gone"); }
  /// The body of a success in the declared form; one that is no JSON stays as it is.
  /// One item, or an answer that is one object.
  [[nodiscard]] std::string item(std::string_view text) const;
  [[nodiscard]] std::string understood(const Request& request, const std::string& body) const;

  /// The arguments of the first line of this kind; empty when there is none.
  [[nodiscard]] std::string_view first(std::string_view what) const;
  /// The arguments of every line of this kind.
  template <class Use>
  void each_line(std::string_view what, Use use) const {
    for (const Line& line : lines_)
      if (line.what == what) use(line.arguments);
  }
  /// The words of every line of this kind.
  template <class Use>
  void each(std::string_view what, Use use) const {
    for (const Line& line : lines_)
      if (line.what == what)
        for (std::string_view rest = line.arguments; !rest.empty();) use(split_off(rest, ' '));
  }

 private:
  struct Line {
    std::string_view what, arguments;
  };
  [[nodiscard]] bool changes_body(const std::string& prefix) const;
  bool unfold(JsonDocument& item) const;
  [[nodiscard]] std::string item_of_list(const Endpoint& endpoint, JsonRef root, JsonRef value) const;
  [[nodiscard]] std::string list(const Request& request, JsonRef root) const;
  [[nodiscard]] std::string_view items_of(const Endpoint& endpoint, JsonRef root) const;

  std::vector<Line> lines_;
};

}  // namespace facio::librefang
