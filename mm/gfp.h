/*
 * mm/gfp.h - how an allocation may behave when memory is short: the GFP bits of 2.3.23.
 *
 * Facts section d, "Free memory". WAIT: may sleep and steal. IO: the stealer may write pages out;
 * without it only clean pages are dropped (so that file-system locks are not re-entered). LOW/MED/
 * HIGH: how far below the watermarks the request may dig once stealing has failed.
 */
#ifndef MM_GFP_H
#define MM_GFP_H

#define __GFP_WAIT 0x01
#define __GFP_LOW  0x02
#define __GFP_MED  0x04
#define __GFP_HIGH 0x08
#define __GFP_IO   0x10
#define __GFP_SWAP 0x20

#define GFP_BUFFER (__GFP_LOW | __GFP_WAIT)
#define GFP_ATOMIC (__GFP_HIGH)
#define GFP_USER   (__GFP_LOW | __GFP_WAIT | __GFP_IO)
#define GFP_KERNEL (__GFP_MED | __GFP_WAIT | __GFP_IO)
#define GFP_NFS	   (__GFP_HIGH | __GFP_WAIT | __GFP_IO)
#define GFP_KSWAPD (__GFP_IO | __GFP_SWAP)

#endif
