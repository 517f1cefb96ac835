/* SPDX-License-Identifier: MIT */
/* The endpoints' log for C++: the same lines as lablog.py writes. And what a client may ask a server for, see echo_server.mjs. */
#pragma once

#include <openssl/sha.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

namespace lab
{

inline FILE *log_file()
{
    static FILE *file = nullptr;
    if (file == nullptr) {
        std::string name = std::string(getenv("LAB_LOG")) + "/cpp." + std::to_string(getpid()) + ".jsonl";
        file = fopen(name.c_str(), "w");
        setvbuf(file, nullptr, _IOLBF, 65536);
    }
    return file;
}

inline std::string endpoint(std::string host, unsigned port)
{
    if (host.compare(0, 7, "::ffff:") == 0)
        host = host.substr(7);
    bool six = host.find(':') != std::string::npos;
    return (six ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

class flow
{
  public:
    std::string sent, got; /* this endpoint's direction, and the other */

    flow() = default;

    flow(const std::string &local, const std::string &remote, bool server, const std::string &is)
    {
        sent = server ? "to-client" : "to-server";
        got = server ? "to-server" : "to-client";
        const char *by = server ? "server" : "client";
        key = "{\"client\":\"" + (server ? remote : local) + "\",\"server\":\"" + (server ? local : remote) + "\",\"by\":\"" + by + "\",";
        line(std::string("\"fact\":{\"app\":\"websocket\",\"layers\":[\"tcp\",\"http\",\"websocket\"],\"ladder\":\"framed\",\"") + by
             + "_is\":\"" + is + "\"}}");
    }

    void message(const std::string &direction, const std::string &opcode, const std::string &payload) const
    {
        unsigned char sum[SHA256_DIGEST_LENGTH];
        char hex[2 * SHA256_DIGEST_LENGTH + 1];
        SHA256(reinterpret_cast<const unsigned char *>(payload.data()), payload.size(), sum);
        for (int i = 0; i < SHA256_DIGEST_LENGTH; i++)
            snprintf(hex + 2 * i, 3, "%02x", sum[i]);
        line("\"message\":{\"direction\":\"" + direction + "\",\"opcode\":\"" + opcode + "\",\"length\":" + std::to_string(payload.size())
             + ",\"sha256\":\"" + hex + "\"}}");
    }

  private:
    std::string key;

    void line(const std::string &rest) const
    {
        fprintf(log_file(), "%s%s\n", key.c_str(), rest.c_str());
    }
};

struct order {
    std::string verb, reason;
    size_t length = 0, parts = 1;
    unsigned short code = 1000;
};

inline std::string field(const std::string &json, const std::string &name)
{
    size_t at = json.find("\"" + name + "\":");
    if (at == std::string::npos)
        return "";
    at += name.size() + 3;
    if (json[at] == '"')
        return json.substr(at + 1, json.find('"', at + 1) - at - 1);
    return json.substr(at, json.find_first_of(",}", at) - at);
}

inline order order_of(bool text, const std::string &data)
{
    order o;
    if (!text || data.empty() || data[0] != '{')
        return o;
    o.verb = field(data, "do");
    o.reason = field(data, "reason");
    o.length = strtoul(field(data, "length").c_str(), nullptr, 10);
    if (!field(data, "parts").empty())
        o.parts = strtoul(field(data, "parts").c_str(), nullptr, 10);
    if (!field(data, "code").empty())
        o.code = static_cast<unsigned short>(strtoul(field(data, "code").c_str(), nullptr, 10));
    return o;
}

inline std::string words(size_t n)
{
    std::string out;
    while (out.size() < n)
        out += "The harbour officer opens the hold. ";
    out.resize(n);
    return out;
}

inline std::string counting(size_t n)
{
    std::string out;
    for (size_t i = 0; i < n; i++)
        out += static_cast<char>(i);
    return out;
}

inline std::string closing(unsigned code, const std::string &reason)
{
    if (code == 1005)
        return "";
    return std::string{static_cast<char>(code >> 8), static_cast<char>(code)} + reason;
}

} // namespace lab
