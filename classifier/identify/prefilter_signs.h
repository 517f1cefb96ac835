/* SPDX-License-Identifier: MIT */
/* prefilter_signs.h - what a turn begins with that a dissector of nDPI 4.2 heeds: the first byte,
 * and what follows it; beside it, whose that is. Included by prefilter.c, once for each of the two.
 */
SIGN(0x00, "\x00")         /* smpp, smb, rtcp, sopcast, steam */
SIGN(0x00, "\x04")         /* spotify */
SIGN(0x00, "\xd5")         /* oracle */
SIGN(0x00, "\x11")         /* dofus */
SIGN(0x00, "\x36")         /* sopcast */
SIGN(0x01, "\x00")         /* guildwars */
SIGN(0x01, "\xb9")         /* dofus */
SIGN(0x03, "\x00")         /* h323, s7comm */
SIGN(0x03, "\x04")         /* zattoo */
SIGN(0x04, "\x07")         /* fiesta */
SIGN(0x05, "\x64")         /* dnp3 */
SIGN(0x07, "\x07")         /* citrix */
SIGN(0x07, "\xff")         /* oracle */
SIGN(0x0c, "\x00")         /* world_of_kung_fu */
SIGN(0x0e, "\x00")         /* maplestory */
SIGN(0x11, "\x30")         /* teamviewer */
SIGN(0x12, "\x34")         /* ajp */
SIGN(0x16, "\x03")         /* gnutella */
SIGN(0x17, "\x01")         /* ciscovpn */
SIGN(0x17, "\x03")         /* ciscovpn */
SIGN(0x17, "\x24")         /* teamviewer */
SIGN(0x1a, "\x43")         /* citrix */
SIGN(0x6c, "\x00")         /* xdmcp */
SIGN(0x80, "\x00")         /* nfs */
SIGN(0x80, "\x2c")         /* gnutella */
SIGN(0x80, "\x2f")         /* gnutella */
SIGN(0x81, "\x00")         /* netbios */
SIGN(0xf4, "\xbe")         /* teamspeak */
SIGN(0xf9, "\xbe")         /* mining */
SIGN(0xfa, "\xbf")         /* mining */
SIGN(0xfe, "\xed")         /* amazon_video */
SIGN(0xff, "\x00")         /* zeromq */
SIGN(0xff, "\xff")         /* bgp */
SIGN('$', "Lock ")         /* directconnect */
SIGN('$', "MyNick ")       /* directconnect */
SIGN('0', " ")             /* tinc */
SIGN('1', "23456")         /* shoutcast */
SIGN('2', "00 ")           /* usenet */
SIGN('2', "01 ")           /* usenet */
SIGN('8', "=")             /* fix */
SIGN('<', "<<check_mk")    /* checkmk */
SIGN('<', "?xm")           /* jabber, soap, ftp_data */
SIGN('<', "stream:stream") /* jabber */
SIGN('A', "B")             /* ajp, ftp_data */
SIGN('C', "SUP ADBAS")     /* directconnect */
SIGN('E', "D")             /* whatsapp */
SIGN('G', "ET ")           /* fasttrack, gnutella, and all that reads a request's head */
SIGN('G', "IOP")           /* corba */
SIGN('G', "IVE ")          /* fasttrack */
SIGN('G', "NUTELLA")       /* gnutella */
SIGN('H', "EAD /gnutella") /* gnutella */
SIGN('H', "SUP ADBAS")     /* directconnect */
SIGN('I', "CY 200 OK")     /* shoutcast */
SIGN('L', "ARS REGENS")    /* stealthnet */
SIGN('P', "OST")           /* ipp, and all that reads a request's head */
SIGN('P', "USH guid:")     /* gnutella */
SIGN('R', "TSP/1.0 ")      /* rtsp */
SIGN('S', "OURCE ")        /* icecast */
SIGN('W', "A\x01\x05")     /* whatsapp */
SIGN('Z', "BXD")           /* zabbix */
SIGN('a', "jprot")         /* applejuice */
SIGN('r', "6fnvWj8")       /* dnscrypt */
/* ftp_data: a file */
SIGN('R', "IFF")
SIGN('M', "Z")
SIGN('O', "ggS")
SIGN('P', "K\x03\x04")
SIGN('R', "ar!")
SIGN(0x1a, "\x45\xdf\xa3")
SIGN(0xff, "\xd8")
SIGN('G', "IF8")
SIGN('<', "?ph")
SIGN('#', "!/b")
SIGN('%', "PDF")
SIGN(0x89, "PNG")
SIGN('<', "htm")
SIGN('\n', "<!D")
SIGN('7', "z\xbc\xaf")
SIGN(0x1f, "\x8b\x08")
SIGN('<', "!DO")
SIGN('f', "LaC")
SIGN('I', "D3\x03")
SIGN(0xff, "\xfb\x90\xc0")
SIGN(0xed, "\xab\xee\xdb")
SIGN('W', "zPa")
SIGN('F', "LV\x01")
SIGN('T', "APE")
SIGN(0xd0, "\xcf\x11\xe0")
SIGN('<', "%@ ")
SIGN('<', "!--")
SIGN('!', "<ar")
SIGN('<', "iq ")
SIGN('S', "PFI")
SIGN('B', "Zh9")
SIGN('<', "cf")
SIGN('<', "CF")
SIGN('.', "tem")
SIGN('.', "ite")
SIGN('.', "lef")
