// Reading, writing, editing and searching the workspace by tools.
#include "tests/unit/commands/facio/runtime/tools/workshop.hpp"

using namespace facio;
using namespace facio::test;

TEST_CASE("a tool tells its arguments as a schema, and takes no others", "[tools]") {
  Workshop shop;
  for (const auto& info : shop.tools.box().list("main")) {
    const auto schema = JsonDocument::parse(info.parameters);
    INFO(info.name + " " + info.parameters);
    REQUIRE(schema);
    CHECK(schema->root().get("type").string() == "object");
    CHECK(schema->root().get("properties").kind() == JsonKind::object);
    CHECK_FALSE(schema->root().get("additionalProperties").boolean());
    CHECK(info.name.size() <= 64);
    CHECK_FALSE(info.description.empty());
  }
  const auto cron = good(JsonDocument::parse(shop.tools.box().find("main", "cron_add")->info.parameters));
  CHECK(cron.root().get("$defs").get("CronSchedule").get("properties").get("expr"));
  CHECK(shop.refused("read_file", "{}") == "path: is required");
  CHECK(
      contains(shop.refused("read_file", R"({"path":"a","lines":3})"), "lines: is no argument of this tool; it takes path, offset, limit"));
  CHECK(contains(shop.refused("read_file", R"({"path":3})"), "path: must be"));
  CHECK(contains(shop.refused("read_file", R"({"path":"a","offset":0})"), "offset: must be at least 1"));
  CHECK(contains(shop.refused("read_file", "[]"), "must be a JSON object"));
}

TEST_CASE("read_file gives lines and says what is missing", "[tools]") {
  Workshop shop;
  shop.put("a.txt", "one\ntwo\nthree\nfour");
  CHECK(shop.ok("read_file", R"({"path":"a.txt"})") == "one\ntwo\nthree\nfour");
  CHECK(shop.ok("read_file", R"({"path":"a.txt","offset":2,"limit":2})") == "two\nthree\n[lines 2 to 3 of 4; go on with offset 4]");
  CHECK(shop.ok("read_file", R"({"path":"a.txt","offset":4})") == "four\n[lines 4 to 4 of 4]");
  CHECK(shop.refused("read_file", R"({"path":"a.txt","offset":5})") == "offset: the file has only 4 lines");
  shop.put("empty", "");
  CHECK(shop.ok("read_file", R"({"path":"empty"})").empty());
  shop.put("long", std::string(300'000, 'x') + "\nend\n");
  const auto cut = shop.ok("read_file", R"({"path":"long"})");
  CHECK(cut.size() < 263'000);
  CHECK(contains(cut, "[lines 1 to 1 of 2; the line is longer than can be shown; go on with offset 2]"));
  shop.put("many", [] {
    std::string text;
    for (int i = 0; i < 50'000; ++i) text += "0123456789\n";
    return text;
  }());
  CHECK(contains(shop.ok("read_file", R"({"path":"many"})"), "[lines 1 to 2000 of 50000; go on with offset 2001]"));
  const auto most = shop.ok("read_file", R"({"path":"many","limit":50000})");
  CHECK(most.size() < 263'000);
  CHECK(contains(most, "of 50000; go on with offset"));
  shop.put("binary", std::string("a\0b", 3));
  CHECK(contains(shop.refused("read_file", R"({"path":"binary"})"), "binary is not text: 3 bytes"));
  CHECK(contains(shop.refused("read_file", R"({"path":"none"})"), "there is no none in the workspace"));
}

TEST_CASE("no tool leaves the workspace", "[tools]") {
  Workshop shop;
  std::filesystem::create_symlink("/etc", shop.directory.path + "/out");
  for (const char* path : {"../x", "/etc/passwd", "out/passwd", "a/../../x", ""}) {
    const std::string quoted = "\"" + std::string(path) + "\"";
    shop.refused("read_file", "{\"path\":" + quoted + "}");
    shop.refused("write_file", "{\"path\":" + quoted + R"(,"content":"x"})");
    shop.refused("edit_file", "{\"path\":" + quoted + R"(,"old_text":"root","new_text":"x"})");
    shop.refused("delete_file", "{\"path\":" + quoted + "}");
    if (*path == '\0') continue;
    shop.refused("list_dir", "{\"path\":" + quoted + "}");
    shop.refused("search_files", R"({"pattern":"root","path":)" + quoted + "}");
    shop.refused("find_files", R"({"glob":"*","path":)" + quoted + "}");
  }
  CHECK(shop.ok("search_files", R"({"pattern":"root"})") == "no line matches");
  CHECK(contains(shop.ok("list_dir", "{}"), "points outside the workspace"));
}

TEST_CASE("write_file makes directories, and never puts a secret into a file", "[tools]") {
  Workshop shop;
  shop.secret("API_KEY", "s3cret-value");
  CHECK(shop.ok("write_file", R"({"path":"a/b.env","content":"KEY=${credentials.API_KEY}\n"})") == "created a/b.env: 27 bytes");
  CHECK(shop.text_of("a/b.env") == "KEY=${credentials.API_KEY}\n");
  CHECK(shop.ok("write_file", R"({"path":"a/b.env","content":"${credentials.NONE}"})") == "replaced a/b.env: 19 bytes");
  CHECK(shop.text_of("a/b.env") == "${credentials.NONE}");
  shop.ok("edit_file", R"({"path":"a/b.env","old_text":"${credentials.NONE}","new_text":"x ${credentials.API_KEY}"})");
  CHECK(shop.text_of("a/b.env") == "x ${credentials.API_KEY}");
  CHECK(contains(shop.refused("write_file", R"({"path":"mcp.json","content":"{}"})"), "only the operator may change it"));
  CHECK_FALSE(shop.files.look("mcp.json"));
}

TEST_CASE("no tool tells whether a guess at a secret is right", "[tools]") {
  Workshop shop;
  shop.secret("API_KEY", "s3cret-value");
  shop.secret("PEM", "first-line-abc\nsecond-line-def");
  shop.put("a.env", "KEY=s3cret-value\nend\nfirst-line-abc\nsecond-line-def\n");
  shop.put("dir-s3cret-value/x", "nothing");
  for (const char* guess : {"s3c", "KEY=s", "^KEY=s3cret-value$", "value", "^KEY=.{12}$", "second", "abc$"}) {
    CAPTURE(guess);
    CHECK(shop.ok("search_files", R"({"pattern":")" + std::string(guess) + "\"}") == "no line matches");
  }
  CHECK(shop.ok("search_files", R"({"pattern":"KEY="})") == "a.env:1:KEY=${credentials.API_KEY}\n");
  CHECK(shop.ok("find_files", R"({"glob":"dir-s*/x"})") == "no file matches");
  CHECK(shop.ok("find_files", R"({"glob":"dir-*/x"})") == "dir-${credentials.API_KEY}/x\n");
  CHECK(shop.ok("read_file", R"({"path":"a.env","offset":1,"limit":1})").starts_with("KEY=${credentials.API_KEY}\n"));
  CHECK(shop.ok("read_file", R"({"path":"a.env","offset":3,"limit":1})").starts_with("${credentials.PEM}\n"));
  for (const char* guess : {"KEY=s", "s3cret-value", "KEY=$", "I_KEY}", "first-line", "def"}) {
    CAPTURE(guess);
    CHECK(contains(shop.refused("edit_file", R"({"path":"a.env","old_text":")" + std::string(guess) + R"(","new_text":"x"})"),
                   "does not occur in a.env"));
  }
  shop.ok("edit_file", R"({"path":"a.env","old_text":"\nend\n${credentials.PEM}","new_text":"\nend"})");
  CHECK(shop.text_of("a.env") == "KEY=s3cret-value\nend\n");
}

TEST_CASE("edit_file replaces what occurs once", "[tools]") {
  Workshop shop;
  shop.put("a", "one two two");
  CHECK(shop.ok("edit_file", R"({"path":"a","old_text":"one","new_text":"1"})") == "replaced 1 occurrence in a");
  CHECK(contains(shop.refused("edit_file", R"({"path":"a","old_text":"two","new_text":"2"})"), "occurs 2 times in a"));
  CHECK(contains(shop.refused("edit_file", R"({"path":"a","old_text":"three","new_text":"2"})"), "does not occur in a"));
  CHECK(contains(shop.refused("edit_file", R"({"path":"a","old_text":"","new_text":"2"})"), "must not be empty"));
  CHECK(shop.text_of("a") == "1 two two");
  CHECK(shop.ok("edit_file", R"({"path":"a","old_text":"two","new_text":"twotwo","replace_all":true})") == "replaced 2 occurrences in a");
  CHECK(shop.text_of("a") == "1 twotwo twotwo");
  // What was read had its secret masked; the edit finds it all the same.
  shop.secret("API_KEY", "s3cret-value");
  shop.put("b", "key: s3cret-value\n");
  CHECK(shop.credentials.masked("main", shop.ok("read_file", R"({"path":"b"})")) == "key: ${credentials.API_KEY}\n");
  shop.ok("edit_file", R"({"path":"b","old_text":"key: ${credentials.API_KEY}","new_text":"# ours\nkey: ${credentials.API_KEY}"})");
  CHECK(shop.text_of("b") == "# ours\nkey: s3cret-value\n");
  CHECK(shop.ok("delete_file", R"({"path":"b"})") == "deleted b");
  CHECK_FALSE(shop.files.look("b"));
}

TEST_CASE("list_dir, find_files and search_files", "[tools]") {
  Workshop shop;
  CHECK(shop.ok("list_dir", "{}") == "the directory is empty");
  shop.put("src/a.cpp", "int main() {\n  return 42;\n}\n");
  shop.put("src/deep/b.cpp", "// main\n");
  shop.put("notes.md", "Main things\n");
  shop.put(".git/config", "main\n");
  shop.put("picture", std::string("main\0", 5));
  CHECK(shop.ok("list_dir", "{}") == ".git/\nsrc/\nnotes.md  12\npicture  5\n");
  CHECK(shop.ok("list_dir", R"({"path":"src"})") == "deep/\na.cpp  28\n");
  CHECK(shop.ok("find_files", R"({"glob":"*.cpp"})") == "src/a.cpp\nsrc/deep/b.cpp\n");
  CHECK(shop.ok("find_files", R"({"glob":"src/*.cpp"})") == "src/a.cpp\n");
  CHECK(shop.ok("find_files", R"({"glob":"*.py"})") == "no file matches");
  CHECK(shop.ok("find_files", R"({"glob":"**","limit":1})") == "notes.md\n[there is more; narrow the search or raise limit]\n");
  CHECK(shop.ok("search_files", R"({"pattern":"main"})") == "src/a.cpp:1:int main() {\nsrc/deep/b.cpp:1:// main\n");
  CHECK(shop.ok("search_files", R"({"pattern":"MAIN","ignore_case":true,"glob":"*.md"})") == "notes.md:1:Main things\n");
  CHECK(shop.ok("search_files", R"({"pattern":"return \\d+;"})") == "src/a.cpp:2:  return 42;\n");
  CHECK(shop.ok("search_files", R"({"pattern":"return \\d+;","regex":false})") == "no line matches");
  CHECK(shop.ok("search_files", R"j({"pattern":"()","regex":false,"path":"src/a.cpp"})j") == "src/a.cpp:1:int main() {\n");
  CHECK(shop.ok("search_files", R"({"pattern":"main","limit":1})") ==
        "src/a.cpp:1:int main() {\n[there is more; narrow the search or raise limit]\n");
  CHECK(contains(shop.refused("search_files", R"({"pattern":"("})"), "pattern: '(' is not a regular expression: missing )"));
  CHECK(contains(shop.refused("search_files", R"({"pattern":""})"), "pattern: must not be empty"));
  shop.cancel.cancel("enough");
  CHECK(shop.ok("search_files", R"({"pattern":"main"})") == "[stopped: enough]\n");
}

TEST_CASE("search_files is bounded, and stops within a file", "[tools]") {
  Workshop shop;
  // A notebook with a picture in it: one line that looks random.
  std::string line;
  for (std::uint64_t state = 1; line.size() < 60'000; state = state * 6364136223846793005U + 1442695040888963407U)
    line += "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[state >> 58U];
  shop.put("notebook", line + "\n");
  CHECK(shop.ok("search_files", R"j({"pattern":"(.)*[A-M](.){300}~"})j") == "no line matches");
  CHECK(contains(shop.refused("search_files", R"j({"pattern":"(a{200}){200}"})j"), "pattern: "));
  CHECK(contains(shop.refused("search_files", R"({"pattern":"a\nb"})"), "one line of text"));
  // Bytes that are no UTF-8 are characters, too.
  shop.put("latin", "caf\xe9 noir\n");
  CHECK(contains(shop.ok("search_files", R"({"pattern":"caf. noir","path":"latin"})"), "latin:1:"));
  CHECK(contains(shop.ok("search_files", R"({"pattern":"NOIR","regex":false,"ignore_case":true,"path":"latin"})"), "latin:1:"));
  shop.put("many", "x\nx\nx\n");
  CHECK(shop.ok("search_files", R"({"pattern":"x","path":"many","limit":2})") ==
        "many:1:x\nmany:2:x\n[there is more; narrow the search or raise limit]\n");
  shop.cancel.cancel("enough");
  CHECK(shop.ok("search_files", R"({"pattern":"x","path":"many"})") == "[stopped: enough]\n");
}
