# lab 7D is still blank: words in place of the question marks, and more where they are needed
sensor  kind=? mem=?
analyse kind=? mem=?
uplink  kind=? mem=?
