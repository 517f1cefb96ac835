/* SPDX-License-Identifier: MIT */
#include "output_fixture.h"

#include <dirent.h>
#include <sys/stat.h>

#include "output/file_kind.h"

#define FOLDER_ROOM 64
#define PATH_ROOM   256

static void slice(struct extract *x, const struct flow_info *f, enum direction d, uint8_t opcode,
                  struct bytes bytes)
{
    struct event e = fixture_event(EVENT_PAYLOAD, f, 9, 90);
    struct sink *sink = extract_sink(x);

    e.direction = d;
    e.as.payload.opcode = opcode;
    e.as.payload.slice = bytes;
    sink->event(sink->ctx, &e);
}

static void over(struct extract *x, const struct flow_info *f, enum direction d,
                 struct ws_message_event m)
{
    struct event e = fixture_event(EVENT_MESSAGE, f, 9, 90);
    struct sink *sink = extract_sink(x);

    e.direction = d;
    e.as.message = m;
    sink->event(sink->ctx, &e);
}

static void make_folder(char folder[FOLDER_ROOM])
{
    snprintf(folder, FOLDER_ROOM, "/tmp/test_extract.XXXXXX");
    CHECK(mkdtemp(folder) != NULL, "a folder");
}

/* The file's text (a NUL after it), or "absent". */
static const char *content(const char *folder, const char *name)
{
    static char text[1 << 20];
    char path[PATH_ROOM];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return "absent";
    text[fread(text, 1, sizeof(text) - 1, f)] = 0;
    fclose(f);
    return text;
}

static void remove_folder(const char *folder)
{
    char path[PATH_ROOM + 256];
    DIR *d = opendir(folder);

    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        unlink(path);
    }
    closedir(d);
    rmdir(folder);
}

static void check_files(void)
{
    const struct extract_options how = {.message_limit = 100, .total_limit = 1000};
    const struct flow_info f = fixture_flow();
    char folder[FOLDER_ROOM];
    struct err err = {""};

    make_folder(folder);
    struct extract *x = extract_create(folder, &how, &err);
    slice(x, &f, TO_SERVER, WS_TEXT, bytes_of_text("{\"a\""));
    slice(x, &f, TO_CLIENT, WS_BINARY, LITERAL("\x89PNG\r\n\x1a\n..."));
    slice(x, &f, TO_SERVER, WS_PING, bytes_of_text("between"));
    slice(x, &f, TO_SERVER, WS_TEXT, bytes_of_text(":1}"));
    over(x, &f, TO_SERVER, (struct ws_message_event){.opcode = WS_PING, .length = 7});
    over(x, &f, TO_SERVER,
         (struct ws_message_event){.opcode = WS_TEXT, .length = 7, .complete = true});
    over(x, &f, TO_CLIENT, (struct ws_message_event){.opcode = WS_BINARY, .length = 11});
    over(x, &f, TO_CLIENT, (struct ws_message_event){.opcode = WS_TEXT}); /* empty */
    for (int i = 0; i < 30; i++)
        slice(x, &f, TO_SERVER, WS_BINARY, bytes_of_text("12345"));
    over(x, &f, TO_SERVER, (struct ws_message_event){.opcode = WS_BINARY, .length = 150});
    CHECK(extract_finish(x, &err), "finished");
    extract_free(x);

    CHECK_TEXT(content(folder, "7-000001-to-server-text.json"), "{\"a\":1}", "joined slices");
    CHECK_TEXT(content(folder, "7-000002-to-client-binary.png"), "\x89PNG\r\n\x1a\n...", "binary");
    CHECK_TEXT(content(folder, "7-000003-to-client-text.txt"), "", "empty");
    CHECK(strlen(content(folder, "7-000004-to-server-binary.bin")) == 100, "cut at its limit");
    const char *index = content(folder, "index.jsonl");
    CHECK(strstr(index, "\"file\":\"7-000001-to-server-text.json\",\"flow_id\":7,\"packet\":9") !=
              NULL,
          "listed");
    CHECK(strstr(index, "\"length\":150,\"complete\":false,\"cut\":true") != NULL,
          "said to be cut");
    remove_folder(folder);
}

/* A message of which no byte came: there was no memory for its flow just then. */
static void check_lost(void)
{
    const struct extract_options how = {.message_limit = 100, .total_limit = 10000};
    const struct flow_info f = fixture_flow();
    char folder[FOLDER_ROOM];
    struct err err = {""};

    make_folder(folder);
    struct extract *x = extract_create(folder, &how, &err);
    over(x, &f, TO_SERVER,
         (struct ws_message_event){.opcode = WS_TEXT, .length = 15, .complete = true});
    CHECK(extract_finish(x, &err), err.text);
    extract_free(x);
    CHECK(strstr(content(folder, "index.jsonl"), "\"length\":15,\"complete\":true,\"cut\":true") !=
              NULL,
          "the file does not hold it");
    remove_folder(folder);
}

/* Large messages of both directions at once, and small ones of one direction between them. */
static void check_large(void)
{
    const struct extract_options how = {.message_limit = 1 << 30, .total_limit = 1 << 30};
    const struct flow_info f = fixture_flow();
    static char kilobyte[1024];
    char folder[FOLDER_ROOM];
    struct err err = {""};

    memset(kilobyte, 'k', sizeof(kilobyte));
    make_folder(folder);
    struct extract *x = extract_create(folder, &how, &err);
    for (int i = 0; i < 200; i++) {
        slice(x, &f, TO_SERVER, WS_TEXT, bytes_of(kilobyte, sizeof(kilobyte)));
        slice(x, &f, TO_CLIENT, WS_TEXT, bytes_of(kilobyte, sizeof(kilobyte)));
    }
    over(x, &f, TO_CLIENT, (struct ws_message_event){.opcode = WS_TEXT});
    slice(x, &f, TO_CLIENT, WS_TEXT, bytes_of_text("small"));
    over(x, &f, TO_CLIENT, (struct ws_message_event){.opcode = WS_TEXT});
    over(x, &f, TO_SERVER, (struct ws_message_event){.opcode = WS_TEXT});
    for (int i = 0; i < 200; i++)
        slice(x, &f, TO_SERVER, WS_TEXT, bytes_of(kilobyte, sizeof(kilobyte)));
    over(x, &f, TO_SERVER, (struct ws_message_event){.opcode = WS_TEXT});
    CHECK(extract_finish(x, &err), err.text);
    extract_free(x);
    CHECK(strlen(content(folder, "7-000001-to-server-text.txt")) == 200 * 1024, "to the server");
    CHECK(strlen(content(folder, "7-000001-to-client-text.txt")) == 200 * 1024, "to the client");
    CHECK_TEXT(content(folder, "7-000002-to-client-text.txt"), "small", "between");
    CHECK(strlen(content(folder, "7-000004-to-server-text.txt")) == 200 * 1024, "the next");
    remove_folder(folder);
}

static void check_limits(void)
{
    const struct extract_options how = {.message_limit = 100, .total_limit = 10};
    const struct flow_info f = fixture_flow();
    char folder[FOLDER_ROOM];
    struct err err = {""};

    make_folder(folder);
    struct extract *x = extract_create(folder, &how, &err);
    slice(x, &f, TO_SERVER, WS_TEXT, bytes_of_text("123456789"));
    over(x, &f, TO_SERVER, (struct ws_message_event){.opcode = WS_TEXT, .length = 9});
    slice(x, &f, TO_SERVER, WS_TEXT, bytes_of_text("123456789"));
    over(x, &f, TO_SERVER, (struct ws_message_event){.opcode = WS_TEXT, .length = 9});
    CHECK(!extract_finish(x, &err) && strstr(err.text, "limit") != NULL, "says that it stopped");
    extract_free(x);
    CHECK_TEXT(content(folder, "7-000002-to-server-text.txt"), "1", "the last byte allowed");
    err = (struct err){""};
    CHECK(extract_create(folder, &how, &err) == NULL && strstr(err.text, "not empty") != NULL,
          "a folder with files is left alone");
    CHECK(extract_create("/nowhere/at/all", &how, &err) == NULL, "no such place");
    CHECK(extract_create("/dev/null", &how, &err) == NULL, "no folder");
    remove_folder(folder);
    extract_free(NULL);
}

static void check_kinds(void)
{
    CHECK_TEXT(file_kind(LITERAL("\xff\xd8\xff\xe0"), false), "jpg", "JPEG");
    CHECK_TEXT(file_kind(LITERAL("RIFF\1\2\3\4WEBPVP8 "), false), "webp", "WebP");
    CHECK_TEXT(file_kind(LITERAL("RIFF\1\2\3\4WE"), false), "bin", "half a WebP");
    CHECK_TEXT(file_kind(LITERAL("\0\0\0\x20"
                                 "ftypisom"),
                         false),
               "mp4", "MP4");
    CHECK_TEXT(file_kind(LITERAL(""), false), "bin", "nothing");
    CHECK_TEXT(file_kind(LITERAL("[1]"), true), "json", "JSON");
    CHECK_TEXT(file_kind(LITERAL("<!doctype HTML>"), true), "html", "HTML");
    CHECK_TEXT(file_kind(LITERAL("MZ is no program here"), true), "txt", "text");
}

int main(void)
{
    check_files();
    check_lost();
    check_large();
    check_limits();
    check_kinds();
    return test_end();
}
